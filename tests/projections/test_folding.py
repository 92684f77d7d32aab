"""Several processes fold a log to the same rows as one; where one of them ends, nothing stays."""

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import psutil
import psycopg
import pytest
from msgspec.structs import replace
from psycopg import Cursor

from events.matches import MatchEvent
from events.owner_keys import OwnerKeys
from events.stats import Pair
from projections import folding
from projections.builds import Build, Refused, built
from projections.catalogue import MATCHES, with_keys
from projections.folding_messages import Task
from projections.matches_load import load
from projections.portions import Portion
from projections.rebuild import rebuild
from projections.stored import ALL, Unprojectable
from tests.deploy.processes import command_line
from tests.examples import BETWEEN_PLAYERS, EXAMPLES, UPLOADED
from tests.projections.histories import dead_letters, rows_of, store, told

TOLD = {**EXAMPLES, **BETWEEN_PLAYERS}
LONG = 10 * folding.FEWEST_EVENTS_EACH


def nothing_said(*_: object) -> None:
    return


def many(matches: int) -> list[MatchEvent]:
    """Matches of three owners, confirmed and corrected; their ids are far from each other."""
    happened = told([(number % 6, "confirm", Pair(2, 1), {}, 0) for number in range(24)])
    return [
        replace(event, match_id=UUID(int=(event.match_id.int + 6 * copy) << 96))
        for copy in range(matches // 6)
        for event in happened
    ]


def shared(match_id: UUID) -> list[MatchEvent]:
    """A match that another player says is right."""
    names = ("screenshot_uploaded", "stats_extracted", "stats_confirmed", "confirmation_requested")
    events = [
        replace(TOLD[f"match.{name}.v1"], match_id=match_id, version=version)
        for version, name in enumerate(names, start=1)
    ]
    verified = replace(
        TOLD["match.verified.v1"], match_id=match_id, version=5, request_id=events[-1].id
    )
    return [*events, verified]


@pytest.fixture
def conn(database: str) -> Any:
    with psycopg.connect(database, autocommit=True) as conn:
        yield conn


@pytest.mark.parametrize("processes", [2, 3])
def test_several_processes_make_the_same_rows_as_one(
    database: str, conn: psycopg.Connection[Any], processes: int
) -> None:
    store(conn, [*many(60), *shared(UUID(int=7 << 120)), *shared(UUID(int=200 << 120))])
    conn.execute(
        "UPDATE log.events SET state = '{}'"
        " WHERE originator_version = 2 AND originator_id = ANY(%s)",
        [[UUID(int=3 << 96), UUID(int=50 << 96)]],
    )
    alone = rebuild(database, MATCHES, nothing_said, processes=1)
    rows, letters = rows_of(conn, Build.NEXT), dead_letters(conn, Build.NEXT)
    together = rebuild(database, MATCHES, nothing_said, processes=processes)
    assert together == alone
    assert rows_of(conn, Build.NEXT) == rows
    assert dead_letters(conn, Build.NEXT) == letters
    assert len(letters) == together.parked == 6
    assert len(rows["encounters"]) == 4


def test_other_processes_open_sealed_names(database: str, conn: psycopg.Connection[Any]) -> None:
    keys = OwnerKeys(database, bytes(32))
    try:
        projection = with_keys(MATCHES, keys)
        store(conn, many(12), projection.mapper)
        rebuild(database, projection, nothing_said, processes=2)
    finally:
        keys.close()
    names = conn.execute("SELECT DISTINCT opponent_name FROM read_models_next.match_numbers")
    assert names.fetchall() == [(UPLOADED.opponent_name,)]


def folders() -> list[psutil.Process]:
    """The processes of ours that fold."""
    return [
        child
        for child in psutil.Process().children()
        if "projections.folding_process" in command_line(child.pid)
    ]


def load_without_one(cursor: Cursor[Any], portions: Iterable[Portion]) -> Sequence[Unprojectable]:
    folders()[0].kill()
    return load(cursor, portions)


def load_alone(cursor: Cursor[Any], portions: Iterable[Portion]) -> Sequence[Unprojectable]:
    assert folders() == []
    return load(cursor, portions)


def fold_nothing(histories: object, mapper: object) -> Iterator[Portion]:
    yield Portion()


def test_a_process_that_is_killed_ends_the_rebuild_which_leaves_nothing(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, many(60))
    projection = replace(MATCHES, load=load_without_one)
    with pytest.raises(Refused, match=r"ended before it was done, with status -9\. Nothing was"):
        rebuild(database, projection, nothing_said, processes=2)
    assert built(conn, MATCHES, Build.NEXT) is None
    assert folders() == []
    assert rebuild(database, MATCHES, nothing_said, processes=2).events == 240


def test_a_process_that_fails_says_why(database: str) -> None:
    task = Task(database, "no snapshot", 1, ALL, MATCHES.name, None)
    with ExitStack() as stack:
        child = stack.enter_context(folding._child(task))
        with pytest.raises(Refused, match=r"failed: .*no snapshot"):
            list(folding._gathered([child]))


def test_a_process_ends_with_the_one_that_started_it(database: str) -> None:
    with psycopg.connect(database) as locking, psycopg.connect(database) as reader:
        snapshot = reader.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot
        locking.execute("LOCK log.events IN ACCESS EXCLUSIVE MODE")  # so that it cannot be done
        task = Task(database, snapshot[0], 1, ALL, MATCHES.name, None)
        with folding._child(task) as child:
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(1.5)
            assert child.stdin
            child.stdin.close()
            assert child.wait(10) == 0


def test_a_short_log_is_folded_in_one_process(database: str, conn: psycopg.Connection[Any]) -> None:
    store(conn, many(60))
    rebuild(database, replace(MATCHES, load=load_alone), nothing_said)
    assert folding.processes_for(MATCHES, 2 * folding.FEWEST_EVENTS_EACH - 1) == 1


def test_a_long_log_is_folded_in_as_many_processes_as_can_run() -> None:
    most = min(folding._usable_cores(), folding.MOST_PROCESSES)
    assert folding.processes_for(MATCHES, LONG) == most


def test_a_projection_that_other_processes_do_not_know_is_folded_here() -> None:
    strange = replace(MATCHES, fold=fold_nothing)
    assert folding.processes_for(strange, LONG) == 1
