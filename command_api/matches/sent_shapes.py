"""What requests about matches hold, as the published document describes it."""

from collections.abc import Mapping
from typing import Any, Final

from command_api.matches.commands import ConfirmStats
from command_api.matches.upload_form import FILE
from events.match_shape import NAME, SCORE, TIME, pair_of, statistics
from events.operations import Schema, Shape, file, nullable, ref
from events.stats import GREATEST_POSSESSION, GREATEST_VALUE

CLOSED: Final[Schema] = {"additionalProperties": False}
FORM: Final[Schema] = {
    "type": "object",
    "properties": {
        FILE: file(
            "A PNG, JPEG or WebP of at most 10 MiB, 25 megapixels and 10,000 pixels a side."
        ),
        "opponent_name": NAME,
        "score_user": SCORE,
        "score_opponent": SCORE,
        "penalties_user": SCORE,
        "penalties_opponent": SCORE,
        "stats": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": ref("StatsSent"),
            "description": "Statistics as a JSON text.",
            "examples": ['{"possession": {"user": 42, "opponent": 58}}'],
        },
        "side": ref("Side"),
        "played_at": TIME,
    },
    "required": [FILE, "opponent_name"],
    "additionalProperties": False,
}
SENT: Final[Mapping[str, Any]] = {
    "score_user": 4,
    "score_opponent": 2,
    "stats": {"possession": {"user": 42, "opponent": 58}, "shots": {"user": 11, "opponent": 7}},
}


def _sent(greatest: int) -> Schema:
    """A number in a request: people's forms send digits in quotes, and they count as well."""
    return {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": greatest},
            {"type": "string", "pattern": f"^[0-9]{{1,{len(str(greatest))}}}$"},
        ]
    }


SCORE_SENT: Final = _sent(SCORE["maximum"])
SCHEMAS: Final[Mapping[str, Schema]] = {
    "StatsSent": {**statistics("PairSent", "SharesSent"), **CLOSED},
    "PairSent": {
        **pair_of(
            nullable(_sent(GREATEST_VALUE)), "A number for the player, the opponent or both."
        ),
        **CLOSED,
    },
    "SharesSent": {
        **pair_of(
            nullable(_sent(GREATEST_POSSESSION)),
            "Percent of the time with the ball; the two add up to 100. 0 and 0 means not known.",
        ),
        **CLOSED,
    },
}
SHAPES: Final = (
    Shape(
        struct=ConfirmStats,
        name="Confirmation",
        fields={
            "score_user": SCORE_SENT,
            "score_opponent": SCORE_SENT,
            "penalties_user": nullable(SCORE_SENT),
            "penalties_opponent": nullable(SCORE_SENT),
            "stats": ref("StatsSent"),
            "opponent_name": NAME,
        },
        example=SENT,
    ),
)
