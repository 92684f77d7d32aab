"""However events become rows, one by one, in batches or in bulk, they are the same rows."""

import psycopg
from hypothesis import HealthCheck, given, settings

from events.matches import MatchErased
from events.stats import Pair
from projections.advance import advance
from projections.builds import Build
from projections.catalogue import MATCHES
from projections.connecting import connect
from projections.places import LivePlace
from projections.rebuild import rebuild
from projections.swap import drop
from tests.projections.histories import Happened, empty, happenings, rows_of, store, told

PLACE = LivePlace(MATCHES)


def project_all(database: str, limit: int) -> None:
    with connect(database, "test") as conn:
        empty(conn)
        while advance(conn, MATCHES, PLACE, limit=limit).events:
            pass


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happenings)
def test_event_by_event_in_batches_and_in_bulk_rows_are_equal_to_the_byte(
    database: str, happened: Happened
) -> None:
    events = told(happened)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("TRUNCATE log.events")
        store(conn, events)
        project_all(database, limit=1)
        one_by_one = rows_of(conn)
        project_all(database, limit=7)
        in_batches = rows_of(conn)
        rebuild(database, MATCHES, lambda *_: None)
        in_bulk = rows_of(conn, Build.NEXT)
        drop(database, MATCHES, Build.NEXT)
    assert one_by_one == in_batches
    assert one_by_one == in_bulk
    erased = {event.match_id for event in events if isinstance(event, MatchErased)}
    assert len(one_by_one["matches"]) == len({event.match_id for event in events} - erased)


def test_a_rebuild_reports_its_progress_up_to_the_end(database: str) -> None:
    with psycopg.connect(database) as conn:
        store(conn, told([(number % 6, "confirm", Pair(1, 1), {}, 0) for number in range(30)]))
    said: list[tuple[int, int, str]] = []
    done = rebuild(database, MATCHES, lambda *report: said.append(report))
    assert (done.events, done.parked) == (30, 0)
    assert said[-1][:2] == (30, 30)
