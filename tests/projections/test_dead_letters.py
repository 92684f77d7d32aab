"""What cannot be projected parks its match, and nothing but its match."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
from msgspec.structs import replace
from psycopg import Cursor

from events.log import Recorded
from events.matches import MatchEvent, StatsConfirmed
from events.stats import Pair
from projections.advance import advance
from projections.builds import Build
from projections.catalogue import MATCHES
from projections.connecting import connect
from projections.dead_letters import retry
from projections.matches import project
from projections.places import LivePlace
from projections.rebuild import rebuild
from tests.projections.histories import dead_letters, empty, rows_of, store, told

PLACE = LivePlace(MATCHES)
Projecting = Callable[[], tuple[UUID, ...]]
BROKEN = UUID(int=2)
LEVEL = Pair(1, 1)
# Six matches, each uploaded, confirmed and corrected; the events of all are mixed.
HISTORY = told([(number % 6, "confirm", LEVEL, {}, 0) for number in range(18)])
EVENTS_OF_BROKEN = [2, 8, 14]


def project_but_not_broken(cursor: Cursor[Any], batch: Sequence[Recorded]) -> Projecting:
    go_on = project(cursor, batch)
    for recorded in batch:
        if recorded.event.match_id == BROKEN and isinstance(recorded.event, StatsConfirmed):
            raise ValueError("this one cannot be")
    return go_on


CHOKING = replace(MATCHES, project=project_but_not_broken)


def follow(database: str, projection: Any = MATCHES, limit: int = 500) -> None:
    with connect(database, "test") as conn:
        while advance(conn, projection, PLACE, limit=limit).events:
            pass


@pytest.fixture
def conn(database: str) -> Any:
    with psycopg.connect(database, autocommit=True) as conn:
        yield conn


@pytest.mark.parametrize("limit", [1, 5, 500])
def test_an_event_that_fails_parks_its_match_and_the_rest_goes_on(
    database: str, conn: psycopg.Connection[Any], limit: int
) -> None:
    store(conn, HISTORY)
    follow(database, CHOKING, limit)
    assert dead_letters(conn) == [(8, BROKEN, True), (14, BROKEN, False)]
    shown = conn.execute("SELECT match_id, version FROM read_models.matches")
    versions = dict(shown.fetchall())
    assert versions == {UUID(int=n): (1 if n == BROKEN.int else 3) for n in range(1, 7)}


def test_the_summary_counts_what_was_projected_and_nothing_twice(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY)
    follow(database, CHOKING)
    totals = conn.execute(
        "SELECT sum((view::json ->> 'total_matches')::int), sum((view::json ->> 'pending')::int)"
        " FROM read_models.summaries"
    ).fetchone()
    assert totals == (5, 1)


@pytest.mark.parametrize(
    ("name", "state"),
    [("match.imagined.v1", b"{}"), ("match.stats_confirmed.v1", b'{"score": []}')],
)
def test_an_event_that_cannot_be_read_parks_its_match(
    database: str, conn: psycopg.Connection[Any], name: str, state: bytes
) -> None:
    store(conn, HISTORY)
    conn.execute(
        "UPDATE log.events SET topic = %s, state = %s WHERE notification_id = 8", (name, state)
    )
    follow(database)
    assert dead_letters(conn) == [(8, BROKEN, True), (14, BROKEN, False)]
    problem = conn.execute("SELECT problem FROM read_models.dead_letters").fetchone()
    assert problem is not None
    assert problem[0].startswith(f"{name}, version 2: ")


def test_a_rebuild_parks_the_same_events_and_has_the_same_rows(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY)
    conn.execute("UPDATE log.events SET topic = 'match.imagined.v1' WHERE notification_id = 8")
    follow(database)
    assert rebuild(database, MATCHES, lambda *_: None).parked == 2
    assert dead_letters(conn, Build.NEXT) == dead_letters(conn)
    assert rows_of(conn, Build.NEXT) == rows_of(conn)


def test_a_retry_projects_what_was_parked_once_it_can_be(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY)
    follow(database)
    as_it_should_be = rows_of(conn)
    empty(conn)
    follow(database, CHOKING)
    with connect(database, "test") as writer:
        retried = retry(writer, MATCHES)
    assert (retried.projected, retried.waiting) == (2, 0)
    assert dead_letters(conn) == []
    assert rows_of(conn) == as_it_should_be


def test_a_retry_that_fails_again_leaves_everything_parked(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY)
    follow(database, CHOKING)
    before = rows_of(conn)
    with connect(database, "test") as writer:
        retried = retry(writer, CHOKING)
    assert (retried.projected, retried.waiting) == (0, 2)
    assert dead_letters(conn) == [(8, BROKEN, True), (14, BROKEN, False)]
    assert rows_of(conn) == before


def test_later_events_of_a_parked_match_wait_with_it(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    later: list[MatchEvent] = [replace(event, version=4) for event in HISTORY if event.version == 3]
    store(conn, HISTORY)
    follow(database, CHOKING)
    store(conn, later)
    follow(database, MATCHES)
    assert [position for position, _, _ in dead_letters(conn)] == [8, 14, 20]


@pytest.mark.parametrize("limit", [1, 5, 500])
def test_values_that_the_database_refuses_park_their_match(
    database: str, conn: psycopg.Connection[Any], limit: int
) -> None:
    def project_too_much(cursor: Cursor[Any], batch: Sequence[Recorded]) -> Projecting:
        go_on = project(cursor, batch)
        if any(each.position == 8 for each in batch):
            cursor.execute("UPDATE matches SET version = 1 / 0")
        return go_on

    store(conn, HISTORY)
    follow(database, replace(MATCHES, project=project_too_much), limit)
    assert dead_letters(conn) == [(8, BROKEN, True), (14, BROKEN, False)]
    assert len(rows_of(conn)["matches"]) == 6


def test_trouble_with_the_database_parks_nothing(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    def project_without_a_table(cursor: Cursor[Any], _: Sequence[Recorded]) -> Projecting:
        cursor.execute("SELECT FROM a_table_that_is_gone")
        return lambda: ()

    store(conn, HISTORY)
    with pytest.raises(psycopg.errors.UndefinedTable):
        follow(database, replace(MATCHES, project=project_without_a_table))
    assert dead_letters(conn) == []
    assert conn.execute("SELECT position FROM log.checkpoints").fetchall() in ([], [(0,)])
