"""The operations of confirming by the other player, as the published document describes them."""

from typing import Any, Final

from command_api.confirmations.answers import LONGEST_REASON
from command_api.confirmations.commands import Confirm, Dispute
from command_api.confirmations.routes import AskedForConfirmation
from command_api.matches.operations import (
    CHANGED,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    NO_WAITING,
    OTHER_REQUEST,
    PREFER,
    QUOTA_OF_BYTES,
    QUOTA_OF_READINGS,
    STALE,
)
from command_api.matches.sent_shapes import SCORE_SENT
from command_api.matches.upload_form import FILE
from events.match_shape import NAME, SHARED
from events.match_view import MatchView
from events.operations import Answer, Operation, Schema, Shape, file, nullable, ref

TAG: Final = "Confirmations"
OF_MATCH: Final = "/api/matches/{match_id}/confirmation/"
WITH_CODE: Final = "/api/confirmations/{code}/"
NOT_NOW: Final = "Nobody asks for an answer now, or not you; the sentence says why."
FORM: Final[Schema] = {
    "type": "object",
    "properties": {FILE: file("The same match on the screen of whoever answers.")},
    "required": [FILE],
    "additionalProperties": False,
}


def _answers(says: str) -> dict[int, Answer]:
    return {200: Answer(says=says, body=MatchView, headers=CHANGED, example=SHARED)}


def _answering(path: str, suffix: str) -> tuple[Operation, ...]:
    """What the one who is asked can do at `path`."""
    common: dict[str, Any] = {"method": "POST", "tag": TAG}
    refusals = {409: NOT_NOW, 412: STALE, 422: OTHER_REQUEST}
    parameters = (IF_MATCH, NO_WAITING, IDEMPOTENCY_KEY)
    return (
        Operation(
            **common,
            path=f"{path}confirm/",
            id=f"confirm{suffix}",
            summary="Say that the numbers are right",
            says="From the first time on the match is in both lists. If there is an own match with"
            " the same numbers, it is joined with this one instead of counting twice; `match_id`"
            " names one, and null joins none. `opponent_name` is what the other player is called in"
            " the own list; in a later answer it corrects that.",
            parameters=parameters,
            body=Confirm,
            may_be_empty=True,
            example={"opponent_name": "Nadir"},
            answers=_answers("The match, verified, as the one who answers sees it."),
            refusals=refusals,
        ),
        Operation(
            **common,
            path=f"{path}dispute/",
            id=f"dispute{suffix}",
            summary="Say that the numbers are wrong, and why",
            parameters=parameters,
            body=Dispute,
            example={
                "reason": "The second goal did not count.",
                "score_user": 1,
                "score_opponent": 1,
            },
            answers=_answers("The match, disputed, as the one who answers sees it."),
            refusals=refusals,
        ),
        Operation(
            **common,
            path=f"{path}screenshot/",
            id=f"attachScreenshot{suffix}",
            summary="Have an own screenshot read and compared",
            says="What it shows is laid beside the numbers for both, as `confirmation.comparison`;"
            " it changes none. The answer waits for the reading.",
            parameters=(IF_MATCH, PREFER, IDEMPOTENCY_KEY),
            form=FORM,
            answers=_answers("The match with the comparison."),
            refusals={
                409: f"{NOT_NOW} Or: {QUOTA_OF_BYTES}",
                412: STALE,
                415: "No form in UTF-8, or no picture that is read here.",
                422: OTHER_REQUEST,
                429: QUOTA_OF_READINGS,
            },
        ),
    )


OPERATIONS: Final = (
    Operation(
        method="POST",
        path=OF_MATCH,
        id="requestConfirmation",
        tag=TAG,
        summary="Ask the opponent to confirm a match",
        says="The answer holds a secret to send to the opponent. It holds for two weeks; only its"
        " hash is stored. Asked again, an open request is replaced, and its code holds no more.",
        parameters=(IF_MATCH, NO_WAITING, IDEMPOTENCY_KEY),
        answers={
            201: Answer(
                says="The code and a link with it.",
                body=AskedForConfirmation,
                headers=CHANGED,
            )
        },
        refusals={
            409: "The match is not confirmed by its own player yet, or verified already.",
            412: STALE,
            422: OTHER_REQUEST,
        },
    ),
    Operation(
        method="DELETE",
        path=OF_MATCH,
        id="withdrawConfirmation",
        tag=TAG,
        summary="Take the request back, or let go of the answer that disputes the match",
        parameters=(IF_MATCH, NO_WAITING),
        answers={204: Answer(says="There is no request any more.", headers=CHANGED)},
        refusals={409: "The match is verified.", 412: STALE},
    ),
    *_answering(WITH_CODE, "WithCode"),
    *_answering(OF_MATCH, "Shared"),
)
_NUMBER: Final = SCORE_SENT
SHAPES: Final = (
    Shape(
        struct=Confirm,
        name="ConfirmationAnswer",
        fields={"opponent_name": nullable(NAME)},
        example={"opponent_name": "Nadir"},
    ),
    Shape(
        struct=Dispute,
        fields={
            "reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON},
            "score_user": _NUMBER,
            "score_opponent": _NUMBER,
            "penalties_user": nullable(_NUMBER),
            "penalties_opponent": nullable(_NUMBER),
            "stats": ref("StatsSent"),
        },
    ),
)
