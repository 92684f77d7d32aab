"""How a statistic went over the last matches, with its moving average."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, sql

from events.match import Result
from events.operations import Parameter
from events.pages import PARAMETERS
from events.stats import STATISTICS
from projections.tally import Sum
from query_api.filters import OPPONENT

POSSESSION: Final = "possession"
DEFAULT_WINDOW: Final = 10
GREATEST_WINDOW: Final = 100
_GOALS: Final = (sql.SQL("score_user"), sql.SQL("score_opponent"))
_DIFFERENCE: Final = (
    sql.SQL("score_user - score_opponent"),
    sql.SQL("score_opponent - score_user"),
)
# What of a match is the player's, and what is the opponent's.
SIDES: Final[Mapping[str, tuple[sql.Composable, sql.Composable]]] = {
    "goals_scored": _GOALS,
    "goals_conceded": _GOALS[::-1],
    "goal_difference": _DIFFERENCE,
    **{key: (sql.Identifier(key), sql.Identifier(f"opponent_{key}")) for key in STATISTICS},
}
TREND_STATS: Final = tuple(SIDES)
LIMIT: Final = PARAMETERS[0]
PLOTTED_BY: Final = (
    Parameter(
        name="stat",
        place="query",
        says="What is plotted.",
        schema={"type": "string", "enum": list(TREND_STATS), "default": POSSESSION},
    ),
    Parameter(
        name="window",
        place="query",
        says="Over how many matches the average is taken: the one at hand and those before it.",
        schema={
            "type": "integer",
            "minimum": 1,
            "maximum": GREATEST_WINDOW,
            "default": DEFAULT_WINDOW,
        },
    ),
    OPPONENT,
    LIMIT,
)


class Wanted(Struct, frozen=True, kw_only=True):
    """What is plotted of how many matches, and over how many of them averages are taken."""

    stat: str
    window: int
    limit: int
    opponent: str | None = None


class TrendPoint(Struct, frozen=True, kw_only=True):
    """A confirmed match; null where a value, or every value of an average, is not known."""

    match_id: UUID
    opponent_name: str
    played_at: datetime
    result: Result
    user: int | None
    opponent: int | None
    user_average: float | None
    opponent_average: float | None


class Trend(Struct, frozen=True, kw_only=True):
    """The last matches in the order of play, the latest at the end."""

    stat: str
    window: int
    points: list[TrendPoint]


async def read_trend(conn: AsyncConnection[Any], owner_id: UUID, wanted: Wanted) -> Trend:
    """The trend of a player; as many matches are looked at as the points and the window need."""
    cursor = await conn.execute(
        trend_query(wanted),
        {
            "owner_id": owner_id,
            "opponent": wanted.opponent,
            "before": wanted.window - 1,
            "reach": wanted.limit + wanted.window - 1,
            "limit": wanted.limit,
        },
    )
    rows = await cursor.fetchall()
    return Trend(
        stat=wanted.stat, window=wanted.window, points=[_point(row) for row in reversed(rows)]
    )


def trend_query(wanted: Wanted) -> sql.Composed:
    """The query for the points, the latest first; its text is made of this file alone."""
    user, opponent = SIDES[wanted.stat]
    return sql.SQL(
        """
        SELECT match_id, opponent_name, played_at, result, own, other,
               count(own) OVER nearby, sum(own) OVER nearby,
               count(other) OVER nearby, sum(other) OVER nearby
        FROM (
            SELECT match_id, opponent_name, played_at, result, {user} AS own, {opponent} AS other
            FROM read_models.match_numbers
            WHERE owner_id = %(owner_id)s AND result IS NOT NULL AND {against}
            ORDER BY played_at DESC, match_id DESC
            LIMIT %(reach)s
        ) AS latest
        WINDOW nearby AS (
            ORDER BY played_at, match_id
            ROWS BETWEEN %(before)s PRECEDING AND CURRENT ROW
        )
        ORDER BY played_at DESC, match_id DESC
        LIMIT %(limit)s
        """
    ).format(
        user=user,
        opponent=opponent,
        against=sql.SQL("true" if wanted.opponent is None else "opponent = %(opponent)s"),
    )


def _point(row: tuple[Any, ...]) -> TrendPoint:
    match_id, name, played_at, result, own, other, known, total, others, others_total = row
    return TrendPoint(
        match_id=match_id,
        opponent_name=name,
        played_at=played_at,
        result=Result(result),
        user=own,
        opponent=other,
        user_average=Sum(known, total).average,
        opponent_average=Sum(others, others_total).average,
    )
