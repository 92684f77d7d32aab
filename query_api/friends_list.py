"""The list of friends in pages: what a page costs is what was played with those on it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from events.match import Result
from events.pages import Page, page_of

FORM: Final = 5


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


class FriendPlace(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The friend after whom a page begins."""

    last_met_at: datetime
    friend_id: UUID


async def friends_of(
    conn: AsyncConnection[Any], player_id: UUID, after: FriendPlace | None, limit: int
) -> Page[FriendView, FriendPlace]:
    """At most `limit` friends of a player after a place, the one met last first.

    The index is asked for one friend after the other, so that matches with those who are not on
    the page cost nothing.
    """
    cursor = await conn.execute(
        """
        WITH RECURSIVE met AS (
            (
                SELECT other_id, played_at AS last_met_at
                FROM read_models.encounters
                WHERE player_id = %(player_id)s
                ORDER BY other_id DESC, played_at DESC
                LIMIT 1
            )
            UNION ALL
            SELECT following.*
            FROM met
            CROSS JOIN LATERAL (
                SELECT other_id, played_at
                FROM read_models.encounters
                WHERE player_id = %(player_id)s AND other_id < met.other_id
                ORDER BY other_id DESC, played_at DESC
                LIMIT 1
            ) AS following
        ), page AS (
            SELECT other_id, last_met_at
            FROM met
            WHERE %(met_at)s::timestamptz IS NULL
               OR last_met_at < %(met_at)s
               OR (last_met_at = %(met_at)s AND other_id > %(friend_id)s)
            ORDER BY last_met_at DESC, other_id
            LIMIT %(limit)s
        )
        SELECT page.other_id, display_name, called.opponent_name, played, won, drawn, lost,
               scored, conceded, last_met_at, form,
               coalesce((summaries.view::json ->> 'total_matches')::bigint, 0)
                   + coalesce(hidden, 0),
               coalesce(verified, 0), coalesce(disputed, 0), coalesce(corrected, 0)
        FROM page
        CROSS JOIN LATERAL (
            SELECT count(*) AS played,
                   count(*) FILTER (WHERE result = 'win') AS won,
                   count(*) FILTER (WHERE result = 'draw') AS drawn,
                   count(*) FILTER (WHERE result = 'loss') AS lost,
                   sum(goals_for) AS scored,
                   sum(goals_against) AS conceded
            FROM read_models.encounters
            WHERE player_id = %(player_id)s AND other_id = page.other_id
        ) AS summed
        CROSS JOIN LATERAL (
            SELECT array(
                SELECT result
                FROM read_models.encounters
                WHERE player_id = %(player_id)s AND other_id = page.other_id
                ORDER BY played_at DESC, match_id DESC
                LIMIT %(form)s
            ) AS form
        ) AS formed
        LEFT JOIN accounts.display_names ON display_names.player_id = page.other_id
        LEFT JOIN read_models.trust ON trust.player_id = page.other_id
        LEFT JOIN read_models.summaries ON summaries.owner_id = page.other_id
        LEFT JOIN LATERAL (
            SELECT opponent_name
            FROM read_models.encounters
            JOIN read_models.match_numbers
              ON match_numbers.match_id = encounters.match_id
             AND match_numbers.owner_id = encounters.player_id
            WHERE encounters.player_id = %(player_id)s AND encounters.other_id = page.other_id
            ORDER BY encounters.played_at DESC, encounters.match_id DESC
            LIMIT 1
        ) AS called ON true
        ORDER BY last_met_at DESC, page.other_id
        """,
        {
            "player_id": player_id,
            "met_at": after and after.last_met_at,
            "friend_id": after and after.friend_id,
            "limit": limit + 1,
            "form": FORM,
        },
    )
    friends = [_friend(row) for row in await cursor.fetchall()]
    return page_of(friends, limit, lambda last: FriendPlace(last.last_met_at, last.id))


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


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None
