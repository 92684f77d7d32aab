"""How a match looks in JSON: what its types do not say, for the published document."""

from collections.abc import Mapping
from typing import Any, Final

from events.match_view import ExtractedData, MatchView
from events.names import LONGEST_NAME
from events.operations import Schema, Shape, nullable, ref
from events.stats import GREATEST_POSSESSION, GREATEST_SCORE, GREATEST_VALUE, STATISTICS, Pair

SCORE: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": GREATEST_SCORE}
NAME: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_NAME,
    "description": "No control characters, and not spaces alone; it comes back as it was sent.",
}
TIME: Final[Schema] = {"type": "string", "format": "date-time"}

PICTURE: Final = "/media/5b0c1f0e-6a0e-4d0a-9f53-0c5c0f7c2b11/"

EXTRACTED: Final[Mapping[str, Any]] = {
    "screen": "efootball.match_stats",
    "phase": "full_time",
    "left_name": "Casablanca",
    "right_name": "Yassine",
    "score_user": 4,
    "score_opponent": 2,
    "penalties_user": None,
    "penalties_opponent": None,
    "stats": {
        "possession": {"user": 42, "opponent": 58},
        "shots": {"user": 11, "opponent": 7},
        "passes": {"user": 120},
    },
    "confidence": {"score": 0.99, "stats.possession": 0.98, "stats.shots": 0.99},
    "warnings": ["The number of passes on the right could not be read."],
    "engine": "tesseract 5.5",
    "side": "left",
    "side_reason": "The opponent's name stands on the right.",
}
MATCH: Final[Mapping[str, Any]] = {
    "id": "5b0c1f0e-6a0e-4d0a-9f53-0c5c0f7c2b11",
    "status": "confirmed",
    "version": 3,
    "opponent_name": "Yassine",
    "side": "left",
    "score_user": 4,
    "score_opponent": 2,
    "penalties_user": None,
    "penalties_opponent": None,
    "result": "win",
    "stats": {"possession": {"user": 42, "opponent": 58}, "shots": {"user": 11, "opponent": 7}},
    "extracted_data": EXTRACTED,
    "failure": None,
    "screenshot": f"{PICTURE}?size=full&expires=1769025600&signature=m1Xw0tRkqkCkXo0dSmh0NQ",
    "thumbnail": f"{PICTURE}?size=thumb&expires=1769025600&signature=Yb9TzO3kqQwJ7l1rVf0h2g",
    "duplicate_of": None,
    "created_at": "2026-01-21T18:31:04.120000Z",
    "played_at": "2026-01-21T18:30:00Z",
    "confirmed_at": "2026-01-21T18:32:10.450000Z",
    "verification": "none",
    "confirmation": None,
}
SHARED: Final[Mapping[str, Any]] = {
    **MATCH,
    "version": 5,
    "verification": "verified",
    "confirmation": {
        "asked_by": None,
        "asked_at": None,
        "expires_at": None,
        "is_shared": True,
        "friend_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "friend_name": None,
        "dispute": None,
        "comparison": None,
    },
}
UNREAD: Final[Mapping[str, Any]] = {
    **MATCH,
    "status": "processing",
    "version": 1,
    "side": None,
    "score_user": None,
    "score_opponent": None,
    "result": None,
    "stats": {},
    "extracted_data": None,
    "confirmed_at": None,
}
READ: Final[Mapping[str, Any]] = {
    **UNREAD,
    "status": "extracted",
    "version": 2,
    "extracted_data": EXTRACTED,
}


def statistics(pair: str, possession: str) -> Schema:
    """An object with `pair` for each statistic that is known, and `possession` for that one."""
    named = {key: ref(possession if key == "possession" else pair) for key in STATISTICS}
    return {"type": "object", "properties": named}


def pair_of(number: Schema, says: str) -> Schema:
    """An object with a number for either player or both."""
    both = {"user": number, "opponent": number}
    return {"type": "object", "description": says, "properties": both}


KNOWN: Final = "A number for the player and one for the opponent; absent where it is not known."
SHARES: Final = "Percent of the time with the ball; absent where it is not known."
SCHEMAS: Final[Mapping[str, Schema]] = {
    "Stats": {
        **statistics("Pair", "Shares"),
        "description": "Only what is known; a value that could not be read is absent.",
    },
    "Shares": pair_of({"type": "integer", "minimum": 0, "maximum": GREATEST_POSSESSION}, SHARES),
}
_NUMBERS: Final[Mapping[str, Schema]] = {
    "score_user": nullable(SCORE),
    "score_opponent": nullable(SCORE),
    "penalties_user": nullable(SCORE),
    "penalties_opponent": nullable(SCORE),
    "stats": ref("Stats"),
}
_VALUE: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": GREATEST_VALUE}

# Also for structs that hold more than a match.
OF_A_MATCH: Final[Mapping[str, Schema]] = {
    **_NUMBERS,
    "version": {"type": "integer", "minimum": 1},
    "opponent_name": {
        "type": "string",
        "maxLength": LONGEST_NAME,
        "description": "Empty in a shared match whose other player showed no name, or is gone.",
    },
    "screenshot": {
        "type": "string",
        "format": "uri-reference",
        "description": "Where the picture is, without a token, for a quarter of an hour at"
        " least; then ask for the match again.",
    },
    "thumbnail": {
        "type": "string",
        "format": "uri-reference",
        "description": "The same, 320 pixels wide.",
    },
    "duplicate_of": nullable(
        {
            "type": "string",
            "format": "uuid",
            "description": "The first own match with the same screen, by its numbers and"
            " its picture; told once it was read, and not of deleted ones.",
        }
    ),
}
SHAPES: Final = (
    Shape(struct=Pair, fields={"user": _VALUE, "opponent": _VALUE}),
    Shape(
        struct=ExtractedData,
        fields={
            **_NUMBERS,
            "confidence": {
                "type": "object",
                "description": "By score, penalties, phase, left_name, right_name, stats.KEY.",
                "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
            },
        },
        example=EXTRACTED,
    ),
    Shape(
        struct=MatchView,
        name="Match",
        fields=OF_A_MATCH,
        example=MATCH,
    ),
)
