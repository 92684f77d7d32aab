"""The table among a player and their friends, in pages: a rank takes the sums of all of them."""

from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from events.match import Result
from events.pages import Page, page_of
from query_api.filters import Span
from query_api.friends_list import FORM

POINTS_OF_WIN: Final = 3


class Standing(Struct, frozen=True, kw_only=True):
    """A row of the table: 3 points for a win, 1 for a draw; shoot-outs decide level scores.

    Players who are equal in points, goal difference and goals share a `rank`.
    """

    rank: int
    id: UUID
    is_me: bool
    display_name: str | None
    played: int
    won: int
    drawn: int
    lost: int
    goals_scored: int
    goals_conceded: int
    goal_difference: int
    points: int
    form: list[Result]


class TablePlace(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The row after which a page begins. Those who are level stand by their names."""

    points: int
    goal_difference: int
    goals_scored: int
    player_id: UUID


async def leaderboard_of(
    conn: AsyncConnection[Any],
    player_id: UUID,
    span: Span,
    after: TablePlace | None,
    limit: int,
) -> Page[Standing, TablePlace]:
    """At most `limit` rows after a place, of the table of a player's circle over a span of time."""
    cursor = await conn.execute(
        """
        WITH circle AS (
            SELECT %(player_id)s::uuid AS id
            UNION
            SELECT other_id FROM read_models.encounters WHERE player_id = %(player_id)s
        ), summed AS (
            SELECT circle.id,
                   count(match_id) AS played,
                   count(*) FILTER (WHERE result = 'win') AS won,
                   count(*) FILTER (WHERE result = 'draw') AS drawn,
                   count(*) FILTER (WHERE result = 'loss') AS lost,
                   coalesce(sum(goals_for), 0) AS scored,
                   coalesce(sum(goals_against), 0) AS conceded,
                   (
                       array_agg(result ORDER BY played_at DESC, match_id DESC)
                       FILTER (WHERE result IS NOT NULL)
                   )[:%(form)s] AS form
            FROM circle
            LEFT JOIN read_models.encounters
              ON encounters.player_id = circle.id
             AND encounters.other_id IN (SELECT id FROM circle)
             AND (%(since)s::timestamptz IS NULL OR played_at >= %(since)s)
             AND (%(until)s::timestamptz IS NULL OR played_at < %(until)s)
            GROUP BY circle.id
        ), ranked AS (
            SELECT rank() OVER (
                       ORDER BY %(win)s * won + drawn DESC, scored - conceded DESC, scored DESC
                   ),
                   id, display_name, played, won, drawn, lost, scored, conceded,
                   scored - conceded AS difference, %(win)s * won + drawn AS points, form
            FROM summed
            LEFT JOIN accounts.display_names ON display_names.player_id = summed.id
        )
        SELECT rank, id, id = %(player_id)s, display_name, played, won, drawn, lost, scored,
               conceded, difference, points, coalesce(form, '{}')
        FROM ranked
        WHERE %(after_id)s::uuid IS NULL
           OR (-points, -difference, -scored, display_name IS NULL, coalesce(display_name, ''), id)
            > (
                SELECT -%(points)s::bigint, -%(difference)s::bigint, -%(scored)s::bigint,
                       max(display_name) IS NULL, coalesce(max(display_name), ''),
                       %(after_id)s::uuid
                FROM accounts.display_names
                WHERE player_id = %(after_id)s
            )
        ORDER BY rank, display_name NULLS LAST, id
        LIMIT %(limit)s
        """,
        {
            "player_id": player_id,
            "since": span.since,
            "until": span.until,
            "form": FORM,
            "win": POINTS_OF_WIN,
            "points": after and after.points,
            "difference": after and after.goal_difference,
            "scored": after and after.goals_scored,
            "after_id": after and after.player_id,
            "limit": limit + 1,
        },
    )
    standings = [_standing(row) for row in await cursor.fetchall()]
    return page_of(standings, limit, _place)


def _place(last: Standing) -> TablePlace:
    return TablePlace(last.points, last.goal_difference, last.goals_scored, last.id)


def _standing(row: tuple[Any, ...]) -> Standing:
    rank, player_id, is_me, name, played, won, drawn, lost = row[:8]
    scored, conceded, difference, points, form = row[8:]
    return Standing(
        rank=rank,
        id=player_id,
        is_me=is_me,
        display_name=name,
        played=played,
        won=won,
        drawn=drawn,
        lost=lost,
        goals_scored=scored,
        goals_conceded=conceded,
        goal_difference=difference,
        points=points,
        form=[Result(each) for each in form],
    )
