"""The operations of the query API, as the published document describes them."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from events.catalogue import NAMES
from events.match_shape import MATCH, OF_A_MATCH, TIME
from events.match_view import MatchView
from events.operations import Answer, Operation, Parameter, Schema, Shape
from events.pages import PAGE
from query_api import friends_operations, health_operations, stats_operations
from query_api.etags import IF_NONE_MATCH, UNCHANGED
from query_api.export import AT_ONCE, FORMAT, MEDIA_TYPES, ExportedMatch, Format
from query_api.freshness import BEHIND, POSITION
from query_api.history import GREATEST_VERSION, Change, Entry
from query_api.listing import LISTED_BY
from query_api.live import operations as live
from query_api.pictures import SIGNED, SIZE

MATCHES: Final = "Matches"
ONE: Final = "/api/matches/{match_id}/"
ENTRY: Final[Mapping[str, Any]] = {
    "version": 3,
    "event": "match.stats_corrected.v1",
    "occurred_at": "2026-01-21T18:40:00.500000Z",
    "actor": "player:0f8fad5b-d9cb-469f-a165-70867728950e",
    "command_id": "16fd2706-8baf-433b-82eb-8c7fada847da",
    "correlation_id": "16fd2706-8baf-433b-82eb-8c7fada847da",
    "causation_id": "16fd2706-8baf-433b-82eb-8c7fada847da",
    "changes": {"score_user": {"before": 4, "after": 5}},
}


IN_A_BUCKET: Final = (
    "Where pictures lie in a bucket, the answer is where to fetch it in the next minutes."
)
PICTURE: Final = {
    200: Answer(
        says="The picture, without its metadata.",
        body=bytes,
        media_types=("image/png", "image/jpeg", "image/webp"),
        headers=BEHIND,
    ),
    307: Answer(says="The picture is there.", headers=("Location", *BEHIND)),
}
WITHOUT_TOKEN: Final[Mapping[int, tuple[str, ...]]] = {200: (), 307: ("Location",)}


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/matches/",
        id="listMatches",
        tag=MATCHES,
        summary="List the own matches: all or some, in one of many orders",
        says="Newest first, where nothing else is asked for. The `Link` header leads to the next"
        " page; its cursor is good for this list alone. What is uploaded meanwhile moves nothing:"
        " no match comes twice, and none is left out.",
        parameters=(*LISTED_BY, IF_NONE_MATCH, POSITION),
        answers={
            200: Answer(
                says="A page of matches.",
                body=list[MatchView],
                headers=("ETag", *PAGE, *BEHIND),
                example=[MATCH],
            ),
            304: UNCHANGED,
        },
    ),
    Operation(
        method="GET",
        path=ONE,
        id="getMatch",
        tag=MATCHES,
        summary="Show one of the own matches",
        parameters=(
            Parameter(
                name="If-None-Match",
                place="header",
                says="The version that is known already.",
                schema={"type": "string", "examples": ['"3"']},
            ),
            POSITION,
        ),
        answers={
            200: Answer(
                says="The match.", body=MatchView, headers=("ETag", *BEHIND), example=MATCH
            ),
            304: UNCHANGED,
        },
    ),
    Operation(
        method="GET",
        path=f"{ONE}screenshot/",
        id="getScreenshot",
        tag=MATCHES,
        summary="Show the picture of one of the own matches",
        says=IN_A_BUCKET,
        parameters=(SIZE, POSITION),
        answers=PICTURE,
    ),
    Operation(
        method="GET",
        path="/media/{match_id}/",
        id="getPicture",
        tag=MATCHES,
        summary="Show a picture to whoever has an address for it",
        says=f"Matches hold such addresses; they run out. {IN_A_BUCKET}",
        parameters=SIGNED,
        answers={
            status: replace(answer, headers=WITHOUT_TOKEN[status])
            for status, answer in PICTURE.items()
        },
        refusals={404: "This is no such address, or not any more."},
        is_public=True,
    ),
    Operation(
        method="GET",
        path=f"{ONE}history/",
        id="getMatchHistory",
        tag=MATCHES,
        summary="List the events of a match: who, when, why, and what they changed",
        says="With `version` or `as_of` it shows the match as it was. That of a deleted match stays"
        " readable for its owner.",
        parameters=(
            Parameter(
                name="version",
                place="query",
                says="The match as of this version.",
                schema={"type": "integer", "minimum": 1, "maximum": GREATEST_VERSION},
            ),
            Parameter(
                name="as_of",
                place="query",
                says="The match as of this time.",
                schema=TIME,
            ),
            POSITION,
        ),
        answers={
            200: Answer(
                says="The events, the oldest first; or the match as it was.",
                body=list[Entry] | MatchView,
                headers=BEHIND,
                example=[ENTRY],
            )
        },
        refusals={404: "There is no such match, it is somebody else's, or did not exist then."},
    ),
    Operation(
        method="GET",
        path="/api/export/",
        id="exportMatches",
        tag=MATCHES,
        summary="Give all of the own matches as one file",
        says="Newest first; deleted ones are left out. In CSV (UTF-8 with a byte order mark, commas"
        " between) each match is a row, and a text that a spreadsheet could take for a formula has"
        " an apostrophe before it. The file is sent while it is read: an answer that breaks off"
        " has no end, which clients report as an error.",
        parameters=(FORMAT, POSITION),
        answers={
            200: Answer(
                says="The file.",
                body=list[ExportedMatch],
                media_types=(MEDIA_TYPES[Format.CSV], MEDIA_TYPES[Format.JSON]),
                headers=("Content-Disposition", *BEHIND),
                example=[{**MATCH, "history": [ENTRY]}],
            )
        },
        refusals={429: f"{AT_ONCE} exports of the same player are under way."},
    ),
    *stats_operations.OPERATIONS,
    *friends_operations.OPERATIONS,
    *live.OPERATIONS,
    *health_operations.OPERATIONS,
)
_ANY_VALUE: Final[Schema] = {
    "type": ["string", "number", "boolean", "null", "array"],
    "items": {"type": "string"},
}
_LASTING: Final[Schema] = {
    "type": "string",
    "format": "uri-reference",
    "description": "Where the picture is, for who sends a token: files are kept for long.",
}
SHAPES: Final = (
    *stats_operations.SHAPES,
    *friends_operations.SHAPES,
    Shape(
        struct=ExportedMatch,
        fields={**OF_A_MATCH, "screenshot": _LASTING, "thumbnail": _LASTING},
        example={**MATCH, "history": [ENTRY]},
    ),
    Shape(struct=Change, fields={"before": _ANY_VALUE, "after": _ANY_VALUE}),
    Shape(
        struct=Entry,
        name="HistoryEntry",
        fields={"event": {"type": "string", "enum": sorted(NAMES.values())}},
        example=ENTRY,
    ),
    *health_operations.SHAPES,
)
