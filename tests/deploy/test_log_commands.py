"""``log ...``: what an operator types, and what comes of it."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from deploy.log_commands import export, show, take_in, verify
from deploy.settings import Settings
from events.log import MatchLog
from events.owner_keys import OwnerKeys
from projections.catalogue import MATCHES
from projections.follower import LiveFollower
from tests.conftest import MASTER_KEY, NewDatabase
from tests.examples import EXAMPLES, MATCH_ID, UPLOADED


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
    filled: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    settings = Settings(database=filled, keys=tmp_path)
    assert show(settings, MATCH_ID) == 0
    output = capfdbinary.readouterr().out
    assert b'"status": "confirmed"' in output
    assert output.count(b"\n") > len(EXAMPLES)


def test_an_import_with_its_keys_has_the_names_and_without_them_has_none(
    database: str, new_database: NewDatabase, owner_keys: OwnerKeys, tmp_path: Path
) -> None:
    log = MatchLog.open(database, connections=1, keys=owner_keys)
    log.append(UPLOADED)
    log.close()
    lines, keys = tmp_path / "log.ndjson", tmp_path / "keys.ndjson"
    assert export(database, lines, keys) == 0
    assert keys.stat().st_mode & 0o077 == 0
    with_keys, without = new_database(), new_database()
    assert take_in(with_keys, lines, keys) == 0
    assert take_in(without, lines) == 0
    assert [opponent_in(each) for each in (with_keys, without)] == ["Yassine", ""]


def opponent_in(database: str) -> str:
    keys = OwnerKeys(database, MASTER_KEY)
    log = MatchLog.open(database, connections=1, keys=keys)
    try:
        match = log.load(MATCH_ID)
    finally:
        log.close()
        keys.close()
    assert match is not None
    return match.opponent_name
