"""``log ...``: what an operator types, and what comes of it."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from deploy.log_commands import export, show, take_in, verify
from events.log import MatchLog
from projections.catalogue import MATCHES
from projections.follower import LiveFollower
from tests.conftest import NewDatabase
from tests.examples import EXAMPLES, MATCH_ID


@pytest.fixture
def filled(database: str, match_log: MatchLog) -> str:
    """The address of a database whose log has one event of each kind."""
    for version, event in enumerate(EXAMPLES.values(), start=1):
        match_log.append(replace(event, version=version))
    return database


def shown(database: str) -> list[Any]:
    """The rows of the read models, made from the log now."""
    with psycopg.connect(database, autocommit=True) as conn:
        LiveFollower(database, MATCHES).step(conn)
        return conn.execute("SELECT match_id, view FROM read_models.matches").fetchall()


def test_a_whole_log_is_said_to_be_whole(filled: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(filled) == 0
    assert f"The log is whole: {len(EXAMPLES)} events." in capsys.readouterr().err


def test_an_altered_log_is_told_of(filled: str, capfd: pytest.CaptureFixture[str]) -> None:
    with psycopg.connect(filled) as conn:
        conn.execute("UPDATE log.events SET topic = 'match.deleted.v1' WHERE notification_id = 3")
    assert verify(filled) == 1
    assert "position 3" in capfd.readouterr().err


def test_an_export_imported_elsewhere_gives_equal_read_models(
    filled: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    other = new_database()
    assert export(filled, tmp_path / "log.ndjson") == 0
    assert take_in(other, tmp_path / "log.ndjson") == 0
    assert verify(other) == 0
    assert shown(other) == shown(filled)


def test_a_match_is_shown_with_its_events(
    filled: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert show(filled, MATCH_ID) == 0
    output = capfdbinary.readouterr().out
    assert b'"status": "confirmed"' in output
    assert output.count(b"\n") > len(EXAMPLES)
