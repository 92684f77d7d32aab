"""The follower: every event once, rows and checkpoint together."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from msgspec.structs import replace

from deploy.postgres import Postgres
from events.log import MatchLog
from events.matches import ScreenshotUploaded, StatsConfirmed
from events.progress import PROJECTED_CHANNEL
from events.refusals import Unavailable
from projections.builds import Refused
from projections.catalogue import MATCHES
from projections.follower import LiveFollower
from tests.examples import EXAMPLES, OWNER_ID, UPLOADED, cause
from tests.prepared import prepare_database
from tests.projections.histories import empty

WITHIN_SECONDS = 30.0


def uploaded(number: int) -> ScreenshotUploaded:
    return replace(UPLOADED, match_id=uuid4(), cause=cause(number))


def confirmed(upload: ScreenshotUploaded, number: int) -> StatsConfirmed:
    example = EXAMPLES["match.stats_confirmed.v1"]
    assert isinstance(example, StatsConfirmed)
    return replace(example, match_id=upload.match_id, version=2, cause=cause(number))


@contextmanager
def running(follower: LiveFollower) -> Iterator[None]:
    thread = threading.Thread(target=follower.run)
    thread.start()
    try:
        yield
    finally:
        follower.stop()
        thread.join()


def totals(database: str) -> tuple[int, int]:
    """Rows of matches, and the confirmed matches of the summary."""
    with psycopg.connect(database) as conn:
        rows = conn.execute("SELECT count(*) FROM read_models.matches").fetchone()
        shown = conn.execute(
            "SELECT (view::json ->> 'total_matches')::int FROM read_models.summaries"
        ).fetchone()
    return (rows[0] if rows else 0), (shown[0] if shown else 0)


def wait_for(database: str, position: int) -> None:
    give_up_at = time.monotonic() + WITHIN_SECONDS
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(f"LISTEN {PROJECTED_CHANNEL}")
        while checkpoint(conn) < position:
            assert time.monotonic() < give_up_at, f"{checkpoint(conn)} of {position} is projected"
            for _ in conn.notifies(timeout=1, stop_after=1):
                pass


def checkpoint(conn: psycopg.Connection[Any]) -> int:
    row = conn.execute("SELECT position FROM log.checkpoints").fetchone()
    return row[0] if row else 0


def test_what_is_appended_is_projected(database: str, match_log: MatchLog) -> None:
    upload = uploaded(1)
    with running(LiveFollower(database, MATCHES)):
        match_log.append(upload)
        wait_for(database, match_log.append(confirmed(upload, 2)))
    assert totals(database) == (1, 1)


def test_two_followers_do_not_count_twice(database: str, match_log: MatchLog) -> None:
    first = LiveFollower(database, MATCHES)
    second = LiveFollower(database, MATCHES)
    position = 0
    with running(first), running(second):
        for number in range(40):
            upload = uploaded(2 * number + 1)
            match_log.append(upload)
            position = match_log.append(confirmed(upload, 2 * number + 2))
        wait_for(database, position)
    assert totals(database) == (40, 40)


def test_a_cut_connection_is_made_again(database: str, match_log: MatchLog) -> None:
    with running(LiveFollower(database, MATCHES)):
        wait_for(database, match_log.append(uploaded(1)))
        with psycopg.connect(database, autocommit=True) as conn:
            conn.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """
            )
        wait_for(database, append_again(match_log, uploaded(2)))
    assert totals(database)[0] == 2


def append_again(match_log: MatchLog, event: ScreenshotUploaded) -> int:
    """Append through a pool whose connections were cut: the command id makes a retry safe."""
    while True:
        try:
            return match_log.append(event)
        except Unavailable:
            continue


def test_a_read_model_built_again_from_nothing_is_the_same(
    database: str, match_log: MatchLog
) -> None:
    follower = LiveFollower(database, MATCHES)
    with psycopg.connect(database, autocommit=True) as conn:
        for version, event in enumerate(EXAMPLES.values(), start=1):
            match_log.append(replace(event, version=version))
            follower.step(conn)
        one_by_one = shown(conn)
        empty(conn)
        follower.step(conn)
        assert shown(conn) == one_by_one
        assert OWNER_ID in {owner for owner, _ in one_by_one}


def shown(conn: psycopg.Connection[Any]) -> list[tuple[UUID, str]]:
    rows = conn.execute(
        """
        SELECT owner_id, view FROM read_models.matches
        UNION ALL SELECT owner_id, view FROM read_models.summaries
        """
    ).fetchall()
    return sorted(rows)


def test_a_standby_takes_over_from_a_leader_that_stopped(
    database: str, match_log: MatchLog
) -> None:
    leader, standby = LiveFollower(database, MATCHES), LiveFollower(database, MATCHES)
    with running(standby):
        with running(leader):
            wait_for(database, match_log.append(uploaded(1)))
            assert len(leading(database)) == 1
        wait_for(database, match_log.append(uploaded(2)))
        assert len(leading(database)) == 1
    assert totals(database)[0] == 2


def leading(database: str) -> list[int]:
    """The backends that hold the lock of those who lead."""
    with psycopg.connect(database) as conn:
        held = conn.execute(
            """
            SELECT pid FROM pg_locks
            WHERE locktype = 'advisory' AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        )
        return [process_id for (process_id,) in held]


def test_the_follower_goes_on_after_the_server_was_killed_and_started(folder: Path) -> None:
    prepare_database(folder / "killed")
    server = Postgres(folder / "killed", {"fsync": "off"})
    server.start()
    try:
        match_log = MatchLog.open(server.conninfo(), connections=1)
        follower = LiveFollower(server.conninfo(), MATCHES)
        with running(follower):
            wait_for(server.conninfo(), match_log.append(uploaded(1)))
            server.kill()
            server.start()
            wait_for(server.conninfo(), append_again(match_log, uploaded(2)))
        assert follower.trouble is None
        match_log.close()
        assert totals(server.conninfo())[0] == 2
    finally:
        server.stop()


def test_a_follower_says_that_the_rows_are_not_of_its_version(
    database: str, match_log: MatchLog
) -> None:
    match_log.append(uploaded(1))
    later = MATCHES.version + 1
    follower = LiveFollower(database, replace(MATCHES, version=later, oldest=later))
    with psycopg.connect(database, autocommit=True) as conn:
        with pytest.raises(Refused, match=f"needs {later} at least"):
            follower.step(conn)
        conn.execute("INSERT INTO log.checkpoints (follower, position) VALUES ('matches', 0)")
        conn.execute("ALTER TABLE read_models.states RENAME TO of_another_shape")
        with pytest.raises(Refused, match=f"needs {later} at least"):
            follower.step(conn)
        conn.execute("ALTER TABLE read_models.of_another_shape RENAME TO states")
        assert totals(database) == (0, 0)
        conn.execute("UPDATE read_models.build SET version = %s", [later])
        assert follower.step(conn) == 1
