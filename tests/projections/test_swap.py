"""A new build takes the place of the live one while everybody goes on asking."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from msgspec.structs import replace

from events.log import MatchLog
from events.stats import Pair
from projections.advance import advance
from projections.builds import Build, Refused, built
from projections.catalogue import MATCHES
from projections.connecting import connect
from projections.follower import LiveFollower
from projections.places import LivePlace
from projections.rebuild import rebuild
from projections.swap import drop, swap
from projections.verify import verify
from tests.examples import OWNER_ID
from tests.projections.histories import rows_of, store, told
from tests.projections.test_follower import running, uploaded, wait_for

HISTORY = told([(number % 6, "confirm", Pair(1, 0), {}, 0) for number in range(18)])
NEWER = replace(MATCHES, version=MATCHES.version + 1)


def nothing_said(*_: object) -> None:
    return


def follow(database: str) -> None:
    with connect(database, "test") as conn:
        while advance(conn, MATCHES, LivePlace(MATCHES)).events:
            pass


@pytest.fixture
def conn(database: str) -> Any:
    with psycopg.connect(database, autocommit=True) as conn:
        yield conn


@contextmanager
def asking(database: str) -> Iterator[list[list[int]]]:
    """Clients that ask all the time, with prepared statements; gives what each was answered."""
    clients: list[list[int]] = [[], [], []]
    failures: list[psycopg.Error] = []
    over = threading.Event()

    def ask(answers: list[int]) -> None:
        with psycopg.connect(database, autocommit=True) as conn:
            while not over.is_set():
                try:
                    row = conn.execute(
                        "SELECT count(view) FROM read_models.matches WHERE owner_id = %s",
                        [OWNER_ID],
                        prepare=True,
                    ).fetchone()
                    answers.append(row[0] if row else -1)
                except psycopg.Error as error:
                    failures.append(error)

    threads = [threading.Thread(target=ask, args=[answers]) for answers in clients]
    for thread in threads:
        thread.start()
    try:
        yield clients
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert failures == []


def test_no_query_fails_and_none_sees_less_while_builds_are_swapped(
    database: str, match_log: MatchLog
) -> None:
    with running(LiveFollower(database, MATCHES)), asking(database) as clients:
        for number in range(1, 6):
            wait_for(database, match_log.append(uploaded(number)))
            rebuild(database, MATCHES, nothing_said)
            swap(database, MATCHES)
            drop(database, MATCHES, Build.OLD)
    for answers in clients:
        assert answers == sorted(answers)
        assert answers[-1] >= 4


def test_the_follower_goes_on_in_the_new_build(database: str, match_log: MatchLog) -> None:
    with running(LiveFollower(database, MATCHES)):
        wait_for(database, match_log.append(uploaded(1)))
        rebuild(database, MATCHES, nothing_said)
        match_log.append(uploaded(2))
        swap(database, MATCHES)
        wait_for(database, match_log.append(uploaded(3)))
    with psycopg.connect(database) as conn:
        assert len(rows_of(conn)["matches"]) == 3
        assert len(rows_of(conn, Build.OLD)["matches"]) == 2


def test_the_old_build_comes_back_with_what_happened_since(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY[:10])
    follow(database)
    rebuild(database, MATCHES, nothing_said)
    conn.execute("UPDATE read_models_next.matches SET view = 'broken'")
    swap(database, MATCHES)
    store(conn, HISTORY[10:])
    follow(database)
    swapped = swap(database, MATCHES, back=True)
    assert swapped.position == 18
    rebuilt_rows(database, conn)


def rebuilt_rows(database: str, conn: psycopg.Connection[Any]) -> None:
    """The live build is what a rebuild from nothing gives."""
    rebuild(database, MATCHES, nothing_said)
    assert rows_of(conn) == rows_of(conn, Build.NEXT)


def test_a_build_that_is_ahead_of_the_live_one_stays_ahead(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY)
    rebuild(database, MATCHES, nothing_said)
    assert swap(database, MATCHES).position == 18
    assert conn.execute("SELECT position FROM log.checkpoints").fetchone() == (18,)
    old = built(conn, MATCHES, Build.OLD)
    assert old is not None
    assert old.position == 0


def test_equal_builds_are_verified_as_equal(database: str, conn: psycopg.Connection[Any]) -> None:
    store(conn, HISTORY)
    follow(database)
    rebuild(database, MATCHES, nothing_said)
    compared = {each.table: each for each in verify(database, MATCHES)}
    assert all(each.is_equal for each in compared.values())
    assert (compared["matches"].equal, compared["summaries"].equal) == (6, 3)


def test_verify_finds_rows_that_differ_are_missing_or_too_many(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY)
    follow(database)
    rebuild(database, MATCHES, nothing_said)
    conn.execute("UPDATE read_models.matches SET view = '' WHERE match_id = %s", [UUID(int=1)])
    conn.execute("DELETE FROM read_models.matches WHERE match_id = %s", [UUID(int=2)])
    conn.execute("DELETE FROM read_models_next.matches WHERE match_id = %s", [UUID(int=3)])
    compared = {each.table: each for each in verify(database, MATCHES)}
    matches = compared["matches"]
    assert (matches.equal, matches.different) == (3, 1)
    assert (matches.only_live, matches.only_next) == (1, 1)
    # The keys: match and owner.
    named = sorted(example.split()[0] for example in matches.examples)
    assert named == [str(UUID(int=number)) for number in (1, 2, 3)]
    assert compared["summaries"].is_equal


def test_verify_brings_both_builds_to_one_position(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY[:10])
    rebuild(database, MATCHES, nothing_said)
    store(conn, HISTORY[10:])
    assert all(each.is_equal for each in verify(database, MATCHES))


def test_tables_of_another_shape_are_named_and_not_compared(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY)
    rebuild(database, MATCHES, nothing_said)
    conn.execute("ALTER TABLE read_models_next.matches ADD COLUMN stars integer")
    compared = {each.table: each for each in verify(database, MATCHES)}
    assert compared["matches"].columns == ["stars"]
    assert not compared["matches"].is_equal
    assert compared["summaries"].is_equal


def test_there_is_nothing_to_swap_before_a_rebuild(database: str) -> None:
    with pytest.raises(Refused, match=r"no next build of matches.*rebuild matches"):
        swap(database, MATCHES)
    with pytest.raises(Refused, match="no old build"):
        swap(database, MATCHES, back=True)


def test_one_old_build_is_kept_at_most(database: str) -> None:
    rebuild(database, MATCHES, nothing_said)
    swap(database, MATCHES)
    rebuild(database, MATCHES, nothing_said)
    with pytest.raises(Refused, match="drop-old matches"):
        swap(database, MATCHES)
    drop(database, MATCHES, Build.OLD)
    swap(database, MATCHES)


def test_a_build_of_a_newer_program_is_not_written_by_an_older_one(
    database: str, match_log: MatchLog
) -> None:
    rebuild(database, NEWER, nothing_said)
    with pytest.raises(Refused, match="Start the newer program"):
        swap(database, MATCHES)
    swap(database, NEWER)
    match_log.append(uploaded(1))
    with pytest.raises(Refused, match=rf"version {NEWER.version}.*swap matches --back"):
        follow(database)
    swap(database, MATCHES, back=True)
    follow(database)


def test_two_processes_do_not_work_on_the_builds_at_once(database: str) -> None:
    def rebuild_again(*_: object) -> None:
        rebuild(database, MATCHES, nothing_said)

    with pytest.raises(Refused, match="Another process"):
        rebuild(database, MATCHES, rebuild_again)
