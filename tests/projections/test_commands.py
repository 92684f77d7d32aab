"""``python -m deploy projections ...`` as those who run the system use it."""

import argparse
from pathlib import Path
from signal import SIGINT
from typing import Any

import psycopg
import pytest

from deploy.__main__ import main
from deploy.projections import run
from deploy.settings import Settings
from events.stats import Pair
from projections.builds import Build, built
from projections.catalogue import MATCHES
from tests.deploy.processes import start, wait_for
from tests.projections.histories import rows_of, store, told
from tests.projections.test_swap import follow

HISTORY = told([(number % 6, "confirm", Pair(1, 0), {}, 0) for number in range(18)])


@pytest.fixture
def conn(database: str) -> Any:
    with psycopg.connect(database, autocommit=True) as conn:
        yield conn


def do(database: str, action: str, name: str = "matches", *, back: bool = False) -> int:
    parsed = argparse.Namespace(action=action, name=name, back=back)
    return run(Settings(database=database), parsed)


def test_the_whole_way_from_rebuild_to_drop(
    database: str, conn: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    store(conn, HISTORY)
    follow(database)
    before = rows_of(conn)
    for action in ("rebuild", "verify", "swap", "drop-old", "list", "lag", "retry"):
        assert do(database, action) == 0, action
    assert rows_of(conn) == before
    said = capsys.readouterr().out
    assert "18 events" in said
    assert "The old build of matches is gone." in said


def test_swap_back_returns_to_the_build_before(
    database: str, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY)
    assert do(database, "rebuild") == 0
    assert do(database, "swap") == 0
    assert do(database, "swap", back=True) == 0
    assert len(rows_of(conn)["matches"]) == 6
    assert len(rows_of(conn, Build.NEXT)["matches"]) == 6


def test_a_rebuild_that_is_interrupted_says_so_and_leaves_nothing(
    database: str, conn: psycopg.Connection[Any], tmp_path: Path
) -> None:
    store(conn, HISTORY)
    environment = {"TRACKER_DATA": str(tmp_path), "TRACKER_DATABASE": database}
    with psycopg.connect(database) as locking:
        locking.execute("LOCK log.events IN ACCESS EXCLUSIVE MODE")  # so that it cannot be done
        rebuilding = start("deploy", "projections", "rebuild", "matches", environment=environment)
        wait_for(lambda: waits_for_a_lock(conn))
        rebuilding.send_signal(SIGINT)
        _, complaint = rebuilding.communicate(timeout=20)
    assert (rebuilding.returncode, complaint) == (130, "Stopped before it was done.\n")
    assert built(conn, MATCHES, Build.NEXT) is None


def waits_for_a_lock(conn: psycopg.Connection[Any]) -> bool:
    waiting = "SELECT FROM pg_locks WHERE relation = 'log.events'::regclass AND NOT granted"
    return conn.execute(waiting).rowcount > 0


def test_lag_and_retry_say_what_is_set_aside(
    database: str, conn: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    store(conn, HISTORY)
    conn.execute("UPDATE log.events SET topic = 'match.imagined.v1' WHERE notification_id = 8")
    follow(database)
    assert do(database, "lag") == 1
    assert "1 match waits" in capsys.readouterr().out
    assert do(database, "retry") == 1
    assert "0 events were taken up, 2 still wait" in capsys.readouterr().out
    conn.execute(
        "UPDATE log.events SET topic = 'match.stats_confirmed.v1' WHERE notification_id = 8"
    )
    assert do(database, "retry") == 0
    assert do(database, "lag") == 0


def test_builds_that_differ_make_verify_fail(
    database: str, conn: psycopg.Connection[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    store(conn, HISTORY)
    follow(database)
    assert do(database, "rebuild") == 0
    conn.execute("DELETE FROM read_models.matches")
    assert do(database, "verify") == 1
    assert "only new" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("action", "name", "sentence"),
    [
        ("swap", "matches", "There is no next build of matches."),
        ("drop-old", "matches", "There is no old build of matches."),
        ("rebuild", "goals", "There is no projection named goals. These are: matches."),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    database: str, capfd: pytest.CaptureFixture[str], action: str, name: str, sentence: str
) -> None:
    assert do(database, action, name) == 1
    assert sentence in capfd.readouterr().err


def test_the_command_line_knows_every_action(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["projections", "--help"])
    said = capsys.readouterr().out
    assert all(action in said for action in ("list", "lag", "rebuild", "verify", "swap", "retry"))
