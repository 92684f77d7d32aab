"""Connections are cut after the server committed: what was appended is there once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace
from psycopg.conninfo import make_conninfo

from events.archive import rows
from events.chain import first_fault
from events.log import MatchLog
from events.matches import ScreenshotUploaded
from events.writer import Writer
from tests.examples import UPLOADED, cause
from tests.faults.proxy import LOOPBACK, Proxy
from tests.faults.servers import postgres_socket


def uploaded(number: int) -> ScreenshotUploaded:
    return replace(UPLOADED, match_id=uuid4(), cause=cause(number))


@pytest.fixture
def proxy(database: str) -> Iterator[Proxy]:
    with Proxy(postgres_socket(database)) as proxy:
        yield proxy


@pytest.fixture
def log(database: str, proxy: Proxy) -> Iterator[MatchLog]:
    """A log whose writer goes through the proxy."""
    log = MatchLog.open(make_conninfo(database, host=LOOPBACK, port=proxy.port), connections=1)
    yield log
    log.close()


def whole(database: str) -> int:
    """The number of events, which make a whole chain."""
    with psycopg.connect(database, autocommit=True) as conn:
        stored = list(rows(conn))
    assert first_fault(stored) is None
    return len(stored)


def test_an_append_whose_answer_is_lost_is_answered_and_stored_once(
    database: str, log: MatchLog, proxy: Proxy
) -> None:
    log.append(uploaded(1))
    proxy.cuts = 1
    assert log.append(uploaded(2)) == 2
    assert proxy.cuts == 0
    assert log.append(uploaded(3)) == 3
    assert whole(database) == 3


def test_groups_whose_answers_are_lost_are_stored_once(
    database: str, log: MatchLog, proxy: Proxy
) -> None:
    log.append(uploaded(1))
    proxy.cuts = 3
    with ThreadPoolExecutor(8) as threads:
        positions = list(threads.map(lambda number: log.append(uploaded(number)), range(2, 42)))
    assert proxy.cuts == 0
    assert sorted(positions) == list(range(2, 42))
    assert whole(database) == 41


def test_maintenance_of_the_tables_stops_no_append(database: str, match_log: MatchLog) -> None:
    with psycopg.connect(database, autocommit=True) as conn, ThreadPoolExecutor(4) as threads:
        appends = [threads.submit(match_log.append, uploaded(n)) for n in range(1, 101)]
        conn.execute("VACUUM ANALYZE log.events")
        conn.execute("CREATE INDEX CONCURRENTLY by_topic ON log.events (topic)")
        conn.execute("VACUUM FULL log.events")
        assert sorted(append.result() for append in appends) == list(range(1, 101))
    assert whole(database) == 100


def test_a_writer_that_was_never_used_is_closed_without_waiting() -> None:
    Writer("postgresql://nobody@127.0.0.1:1/nothing").close()
