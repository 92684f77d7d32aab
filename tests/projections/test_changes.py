"""What happened to matches, by player: what streams of events go on from."""

from typing import Any
from uuid import UUID

import psycopg
from msgspec.structs import replace

from events.catalogue import CURRENT
from events.match import evolve, fold
from events.matches import FriendErased, MatchErased, MatchEvent
from events.stats import Pair
from projections.advance import advance
from projections.catalogue import MATCHES
from projections.changes import KINDS, rows_of
from projections.connecting import connect
from projections.places import LivePlace
from tests.examples import (
    ASKED,
    BETWEEN_PLAYERS,
    EVERY_EXAMPLE,
    EXAMPLES,
    FRIEND_ID,
    OWNER_ID,
    UPLOADED,
)
from tests.projections.histories import store, told

LEVEL = Pair(1, 1)


def changes_after(database: str, events: list[MatchEvent]) -> list[tuple[Any, ...]]:
    """The rows of player 1 once these are projected."""
    with psycopg.connect(database, autocommit=True) as conn:
        store(conn, events)
        with connect(database, "test") as projecting:
            while advance(projecting, MATCHES, LivePlace(MATCHES), limit=3).events:
                pass
        return conn.execute(
            """
            SELECT position, match_id, version, kind
            FROM read_models.changes
            WHERE owner_id = %s
            ORDER BY position
            """,
            [UUID(int=1)],
        ).fetchall()


def test_players_are_told_of_every_event_but_an_erasure() -> None:
    assert set(CURRENT.values()) - KINDS.keys() == {MatchErased, FriendErased}


def test_a_row_says_where_whose_and_what() -> None:
    corrected = replace(EXAMPLES["match.stats_corrected.v1"], version=7)
    rows = rows_of(42, corrected, evolve(None, UPLOADED))
    assert list(rows) == [(42, OWNER_ID, UPLOADED.match_id, 7, "corrected")]


def test_a_friend_is_told_what_happens_since_the_match_is_theirs_as_well() -> None:
    verified = BETWEEN_PLAYERS["match.verified.v1"]
    match = fold([UPLOADED, EXAMPLES["match.stats_confirmed.v1"], ASKED, verified])
    told_to = {
        name: [row[1] for row in rows_of(1, event, match)] for name, event in EVERY_EXAMPLE.items()
    }
    assert told_to["match.confirmation_requested.v1"] == [OWNER_ID]
    assert told_to["match.verified.v1"] == [OWNER_ID, FRIEND_ID]
    assert told_to["match.screenshot_attached.v1"] == [OWNER_ID, FRIEND_ID]
    assert told_to["match.deleted.v1"] == [OWNER_ID]
    assert told_to["match.removed_by_friend.v1"] == [FRIEND_ID]


def test_rows_stand_in_the_order_of_the_log(database: str) -> None:
    # Matches 1 and 4 are of player 1, the other ones of others.
    what = [(0, "confirm"), (1, "confirm"), (3, "confirm"), (0, "confirm"), (3, "delete")]
    events = told([(number, kind, LEVEL, {}, 0) for number, kind in what])
    first, fourth = UUID(int=1), UUID(int=4)
    assert changes_after(database, events) == [
        (1, first, 1, "uploaded"),
        (3, fourth, 1, "uploaded"),
        (4, first, 2, "confirmed"),
        (5, fourth, 2, "deleted"),
    ]


def test_an_erased_match_leaves_without_a_trace(database: str) -> None:
    what = [(0, "confirm"), (3, "confirm"), (0, "confirm"), (0, "delete"), (0, "erase")]
    events = told([(number, kind, LEVEL, {}, 0) for number, kind in what])
    assert changes_after(database, events) == [(2, UUID(int=4), 1, "uploaded")]
