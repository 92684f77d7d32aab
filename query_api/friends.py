"""The addresses of friends: those with whom a match was verified, and a table among them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from msgspec import Struct
from psycopg import AsyncConnection

from events.match import Result
from events.parameters import parameters_of
from events.web import WebRequest
from query_api.asking import Asked
from query_api.filters import SPAN, Span, span_of

FORM: Final = 5
POINTS_OF_WIN: Final = 3


class Signals(Struct, frozen=True, kw_only=True):
    """How far a player's word can be trusted, over their confirmed matches.

    `verified`: an opponent said at some time that the numbers are right; `disputed`: one said that
    this player's numbers are wrong; `corrected`: this player changed numbers after they were
    verified. The shares are in percent of `matches`, null where there are none.
    """

    matches: int
    verified: int
    disputed: int
    corrected: int
    verified_share: float | None
    disputed_share: float | None
    corrected_share: float | None


class FriendView(Struct, frozen=True, kw_only=True):
    """A friend, and the head-to-head over verified matches, as the player sees it.

    `display_name` is the name that the friend chose, `opponent_name` what the player called them
    in the last match that is in the list. `form` holds the last five results, the newest first.
    """

    id: UUID
    display_name: str | None
    opponent_name: str | None
    played: int
    won: int
    drawn: int
    lost: int
    goals_scored: int
    goals_conceded: int
    goal_difference: int
    last_met_at: datetime
    form: list[Result]
    trust: Signals


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


@get("/api/friends")
async def list_friends(
    request: WebRequest, asked: NamedDependency[Asked]
) -> Response[list[FriendView]]:
    """Those with whom a match was verified, the one met last first."""
    parameters_of(request)
    async with asked.pool.connection() as conn:
        return Response(await friends_of(conn, asked.principal.user_id))


@get("/api/friends/leaderboard")
async def show_leaderboard(
    request: WebRequest, asked: NamedDependency[Asked]
) -> Response[list[Standing]]:
    """The table among the player and their friends, over verified matches between any of them."""
    span = span_of(parameters_of(request, *(parameter.name for parameter in SPAN)))
    async with asked.pool.connection() as conn:
        return Response(await leaderboard_of(conn, asked.principal.user_id, span))


async def friends_of(conn: AsyncConnection[Any], player_id: UUID) -> list[FriendView]:
    """The friends of a player, as one snapshot."""
    cursor = await conn.execute(
        """
        WITH met AS (
            SELECT other_id,
                   count(*) AS played,
                   count(*) FILTER (WHERE result = 'win') AS won,
                   count(*) FILTER (WHERE result = 'draw') AS drawn,
                   count(*) FILTER (WHERE result = 'loss') AS lost,
                   sum(goals_for) AS scored,
                   sum(goals_against) AS conceded,
                   max(played_at) AS last_met_at,
                   (array_agg(result ORDER BY played_at DESC, match_id DESC))[:%(form)s] AS form
            FROM read_models.encounters
            WHERE player_id = %(player_id)s
            GROUP BY other_id
        )
        SELECT met.other_id, display_name, called.opponent_name, played, won, drawn, lost,
               scored, conceded, last_met_at, form,
               coalesce((summaries.view::json ->> 'total_matches')::bigint, 0)
                   + coalesce(hidden, 0),
               coalesce(verified, 0), coalesce(disputed, 0), coalesce(corrected, 0)
        FROM met
        LEFT JOIN accounts.display_names ON display_names.player_id = met.other_id
        LEFT JOIN read_models.trust ON trust.player_id = met.other_id
        LEFT JOIN read_models.summaries ON summaries.owner_id = met.other_id
        LEFT JOIN LATERAL (
            SELECT opponent_name
            FROM read_models.encounters
            JOIN read_models.match_numbers
              ON match_numbers.match_id = encounters.match_id
             AND match_numbers.owner_id = encounters.player_id
            WHERE encounters.player_id = %(player_id)s AND encounters.other_id = met.other_id
            ORDER BY encounters.played_at DESC, encounters.match_id DESC
            LIMIT 1
        ) AS called ON true
        ORDER BY last_met_at DESC, met.other_id
        """,
        {"player_id": player_id, "form": FORM},
    )
    return [_friend(row) for row in await cursor.fetchall()]


async def leaderboard_of(conn: AsyncConnection[Any], player_id: UUID, span: Span) -> list[Standing]:
    """The table of a player's circle over a span of time."""
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
        )
        SELECT rank() OVER (
                   ORDER BY %(win)s * won + drawn DESC, scored - conceded DESC, scored DESC
               ),
               id, id = %(player_id)s, display_name, played, won, drawn, lost, scored, conceded,
               scored - conceded, %(win)s * won + drawn, coalesce(form, '{}')
        FROM summed
        LEFT JOIN accounts.display_names ON display_names.player_id = summed.id
        ORDER BY 1, display_name NULLS LAST, id
        """,
        {
            "player_id": player_id,
            "since": span.since,
            "until": span.until,
            "form": FORM,
            "win": POINTS_OF_WIN,
        },
    )
    return [_standing(row) for row in await cursor.fetchall()]


def _friend(row: tuple[Any, ...]) -> FriendView:
    friend_id, name, called, played, won, drawn, lost, scored, conceded, met_at, form = row[:11]
    matches, verified, disputed, corrected = row[11:]
    return FriendView(
        id=friend_id,
        display_name=name,
        opponent_name=called,
        played=played,
        won=won,
        drawn=drawn,
        lost=lost,
        goals_scored=scored,
        goals_conceded=conceded,
        goal_difference=scored - conceded,
        last_met_at=met_at,
        form=[Result(each) for each in form],
        trust=Signals(
            matches=matches,
            verified=verified,
            disputed=disputed,
            corrected=corrected,
            verified_share=_share(verified, matches),
            disputed_share=_share(disputed, matches),
            corrected_share=_share(corrected, matches),
        ),
    )


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


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


router = Router("/", route_handlers=[list_friends, show_leaderboard])
