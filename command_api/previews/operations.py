"""The operation of previews, as the published document describes it."""

from typing import Final

from command_api.previews.routes import FILE
from events.match_shape import EXTRACTED, NAME
from events.match_view import ExtractedData
from events.operations import Answer, Operation, Schema, file, ref

FORM: Final[Schema] = {
    "type": "object",
    "properties": {
        FILE: file("A PNG, JPEG or WebP, as for an upload."),
        "opponent_name": {**NAME, "description": "Tells which side is the player's."},
        "side": ref("Side"),
    },
    "required": [FILE],
    "additionalProperties": False,
}
OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/api/ocr/extract/",
        id="previewReading",
        tag="Matches",
        summary="Read a picture without keeping it",
        form=FORM,
        answers={
            200: Answer(says="What was read.", body=ExtractedData, example=EXTRACTED),
        },
        refusals={
            415: "No form in UTF-8, or no picture that is read here.",
            422: "It is no statistics screen, or it cannot be read; `reason` says which.",
            503: "Nobody reads pictures at this moment, or a server is away.",
        },
    ),
)
