"""The operations that change matches, as the published document describes them."""

from typing import Final

from command_api.idempotency import LONGEST
from command_api.matches.commands import ConfirmStats
from command_api.matches.sent_shapes import FORM, SENT
from command_api.preferences import LONGEST_READING_SECONDS, READING_SECONDS
from events.match_shape import MATCH, READ, UNREAD
from events.match_view import MatchView
from events.operations import Answer, Operation, Parameter

TAG: Final = "Matches"
ONE: Final = "/api/matches/{match_id}/"
CHANGED: Final = ("ETag", "Event-Position", "Event-Position-Reached")
STALE: Final = "The match is at another version than `If-Match` names."
OTHER_REQUEST: Final = "This `Idempotency-Key` was used for another request."

PREFER: Final = Parameter(
    name="Prefer",
    place="header",
    says="`wait=N`: wait for the reading for at most N seconds"
    f" ({READING_SECONDS:.0f} if nothing is said, {LONGEST_READING_SECONDS:.0f} at most)."
    " `respond-async`: wait for nothing (RFC 7240).",
    schema={"type": "string", "examples": ["wait=20", "respond-async"]},
)
NO_WAITING: Final = Parameter(
    name="Prefer",
    place="header",
    says="`respond-async`: do not wait until queries show the change (RFC 7240).",
    schema={"type": "string", "examples": ["respond-async"]},
)
IDEMPOTENCY_KEY: Final = Parameter(
    name="Idempotency-Key",
    place="header",
    says="Sent again with the same key, the request gets its first answer; kept for a week.",
    schema={
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST,
        "pattern": "^[ -~]+$",
        "examples": ["8e03978e-40d5-43dd-bc93-6894a57f9324"],
    },
)
IF_MATCH: Final = Parameter(
    name="If-Match",
    place="header",
    says="Change the match only while it is at this version.",
    schema={"type": "string", "examples": ['"3"']},
)

QUOTA_OF_BYTES: Final = "The pictures of this player take up all that one may keep."
QUOTA_OF_READINGS: Final = "Too many pictures of this player wait to be read."

OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/api/matches/",
        id="uploadMatch",
        tag=TAG,
        summary="Upload a screenshot as a new match",
        says="The answer waits for the reading. Numbers sent along count as confirmed, and then it"
        " does not wait. An empty text counts as not sent.",
        parameters=(PREFER, IDEMPOTENCY_KEY),
        form=FORM,
        answers={
            201: Answer(
                says="The match, read, failed or confirmed.",
                body=MatchView,
                headers=(*CHANGED, "Location"),
                example=READ,
            ),
            202: Answer(
                says="The match, which is still being read.",
                body=MatchView,
                headers=(*CHANGED, "Location"),
                example=UNREAD,
            ),
        },
        refusals={
            409: QUOTA_OF_BYTES,
            415: "No form in UTF-8, or no picture that is read here.",
            422: OTHER_REQUEST,
            429: QUOTA_OF_READINGS,
        },
    ),
    Operation(
        method="PUT",
        path=ONE,
        id="confirmMatch",
        tag=TAG,
        summary="Confirm the numbers, or correct them",
        says="The score is needed; what else is left out stays as it was confirmed, or else as it"
        " was read.",
        parameters=(IF_MATCH, NO_WAITING),
        body=ConfirmStats,
        needs=("score_user", "score_opponent"),
        example=SENT,
        answers={
            200: Answer(
                says="The match, confirmed.", body=MatchView, headers=CHANGED, example=MATCH
            )
        },
        refusals={412: STALE},
    ),
    Operation(
        method="PATCH",
        path=ONE,
        id="confirmMatchPartly",
        tag=TAG,
        summary="Confirm the numbers as they stand, but for those that are sent",
        parameters=(IF_MATCH, NO_WAITING),
        body=ConfirmStats,
        example={"side": "left"},
        answers={
            200: Answer(
                says="The match, confirmed.", body=MatchView, headers=CHANGED, example=MATCH
            )
        },
        refusals={412: STALE},
    ),
    Operation(
        method="DELETE",
        path=ONE,
        id="deleteMatch",
        tag=TAG,
        summary="Stop showing and counting a match",
        says="Its history stays readable for its owner, and it can be restored.",
        parameters=(IF_MATCH, NO_WAITING),
        answers={204: Answer(says="The match is deleted.", headers=CHANGED)},
        refusals={412: STALE},
    ),
    Operation(
        method="POST",
        path=f"{ONE}restore/",
        id="restoreMatch",
        tag=TAG,
        summary="Undo the deletion of a match",
        parameters=(IF_MATCH, NO_WAITING, IDEMPOTENCY_KEY),
        answers={
            200: Answer(
                says="The match, as before it was deleted.",
                body=MatchView,
                headers=CHANGED,
                example=MATCH,
            )
        },
        refusals={
            409: "The match was joined with one that the opponent shares.",
            412: STALE,
            422: OTHER_REQUEST,
        },
    ),
    Operation(
        method="POST",
        path=f"{ONE}extraction/",
        id="readMatchAgain",
        tag=TAG,
        summary="Read the stored screenshot again",
        parameters=(IF_MATCH, NO_WAITING, IDEMPOTENCY_KEY),
        answers={
            202: Answer(
                says="The match, which is being read.",
                body=MatchView,
                headers=CHANGED,
                example=UNREAD,
            )
        },
        refusals={
            409: "Another player of the match sent the screenshot.",
            412: STALE,
            422: OTHER_REQUEST,
            429: QUOTA_OF_READINGS,
        },
    ),
)
