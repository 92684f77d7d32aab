"""The log: nothing twice, nothing between two, nothing out of order."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from msgspec.structs import replace

from events.log import ConcurrentChange, MatchLog
from events.matches import MatchDeleted, MatchEvent, ScreenshotUploaded
from events.refusals import Unavailable
from tests.examples import EXAMPLES, MATCH_ID, NOON, UPLOADED, cause


def uploaded(number: int, match_id: UUID | None = None) -> ScreenshotUploaded:
    return replace(UPLOADED, match_id=match_id or uuid4(), cause=cause(number))


def deleted(number: int, version: int = 2) -> MatchDeleted:
    return MatchDeleted(match_id=MATCH_ID, version=version, cause=cause(number))


def test_what_was_appended_is_loaded(match_log: MatchLog) -> None:
    match_log.append(UPLOADED)
    match = match_log.load(MATCH_ID)
    assert match is not None
    assert match.opponent_name == UPLOADED.opponent_name
    assert match_log.load(uuid4()) is None


def test_all_events_of_a_command_are_appended_together(match_log: MatchLog) -> None:
    with_a_clash: list[MatchEvent] = [deleted(2), deleted(2)]
    match_log.append(UPLOADED)
    with pytest.raises(ConcurrentChange):
        match_log.append(*with_a_clash)
    assert len(match_log.events(MATCH_ID)) == 1


def test_a_repeated_command_gives_its_first_position(match_log: MatchLog) -> None:
    first = match_log.append(UPLOADED)
    match_log.append(uploaded(2))
    assert match_log.append(UPLOADED) == first
    assert len(match_log.read(0, 10)) == 2


def test_of_parallel_repeats_one_is_recorded(match_log: MatchLog) -> None:
    with ThreadPoolExecutor(8) as threads:
        positions = set(threads.map(lambda _: match_log.append(UPLOADED), range(16)))
    assert len(positions) == 1
    assert len(match_log.read(0, 10)) == 1


def test_of_two_who_change_one_version_one_is_told(match_log: MatchLog) -> None:
    match_log.append(UPLOADED)
    match_log.append(deleted(2))
    with pytest.raises(ConcurrentChange):
        match_log.append(deleted(3))


def test_a_follower_that_reads_on_never_skips_an_event(match_log: MatchLog) -> None:
    done = threading.Event()
    seen: list[int] = []

    def follow() -> None:
        while True:
            is_over = done.is_set()
            batch = match_log.read(seen[-1] if seen else 0, 7)
            seen.extend(recorded.position for recorded in batch)
            if is_over and not batch:
                return

    follower = threading.Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(6) as threads:
        written = list(threads.map(lambda n: match_log.append(uploaded(n)), range(1, 301)))
    done.set()
    follower.join()
    assert seen == sorted(written)


def test_a_match_is_loaded_as_it_was(match_log: MatchLog) -> None:
    match_log.append(UPLOADED)
    later = cause(2, at=NOON + timedelta(hours=1))
    match_log.append(MatchDeleted(match_id=MATCH_ID, version=2, cause=later))
    at_first = match_log.load(MATCH_ID, version=1)
    at_noon = match_log.load(MATCH_ID, as_of=NOON)
    now = match_log.load(MATCH_ID)
    assert at_first is not None
    assert at_noon is not None
    assert now is not None
    assert [at_first.is_deleted, at_noon.is_deleted, now.is_deleted] == [False, False, True]


def test_every_event_comes_back_as_it_was_written(match_log: MatchLog) -> None:
    for version, event in enumerate(EXAMPLES.values(), start=1):
        match_log.append(replace(event, version=version))
    assert match_log.events(MATCH_ID) == [
        replace(event, version=version) for version, event in enumerate(EXAMPLES.values(), start=1)
    ]


def test_an_append_waits_for_no_maintenance(match_log: MatchLog, database: str) -> None:
    """Under a table lock this would stand still until the lock that VACUUM takes is gone."""
    with psycopg.connect(database) as maintenance:
        maintenance.execute("LOCK TABLE log.events IN SHARE UPDATE EXCLUSIVE MODE")
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(match_log.append, UPLOADED).result(timeout=10) > 0


def test_a_log_that_cannot_be_reached_says_so(match_log: MatchLog, database: str) -> None:
    with psycopg.connect(database, dbname="postgres", autocommit=True) as elsewhere:
        name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
        elsewhere.execute(
            psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(
                psycopg.sql.Identifier(str(name))
            )
        )
    with pytest.raises(Unavailable, match="cannot be reached"):
        match_log.append(UPLOADED)
