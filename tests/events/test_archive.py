"""The log goes out as lines and comes in again as the same log."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from events.archive import ImportRefused, ends_early, from_line, import_rows, rows, to_line
from events.chain import first_fault
from events.log import MatchLog
from tests.conftest import NewDatabase
from tests.examples import EXAMPLES, MATCH_ID


@pytest.fixture
def filled(match_log: MatchLog, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a log with one event of each kind."""
    for version, event in enumerate(EXAMPLES.values(), start=1):
        match_log.append(replace(event, version=version))
    with psycopg.connect(database, autocommit=True) as conn:
        yield conn


@pytest.fixture
def empty(new_database: NewDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A connection to another, empty log."""
    with psycopg.connect(new_database(), autocommit=True) as conn:
        yield conn


def lines_of(conn: psycopg.Connection[Any]) -> list[bytes]:
    return [to_line(row) for row in rows(conn)]


def test_what_the_writer_writes_is_a_whole_chain(filled: psycopg.Connection[Any]) -> None:
    assert len(lines_of(filled)) == len(EXAMPLES)
    assert first_fault(rows(filled)) is None
    assert ends_early(filled) is None


def test_an_altered_event_is_found(filled: psycopg.Connection[Any]) -> None:
    filled.execute(
        "UPDATE log.events SET state = convert_to("
        "replace(convert_from(state, 'UTF8'), 'Yassine', 'Somebody'), 'UTF8')"
        " WHERE originator_version = 5"
    )
    fault = first_fault(rows(filled))
    assert fault is not None
    assert "position 5" in fault
    assert "altered" in fault


def test_a_log_without_its_end_is_found(filled: psycopg.Connection[Any]) -> None:
    filled.execute("DELETE FROM log.events WHERE originator_version = 8")
    assert first_fault(rows(filled)) is None
    assert ends_early(filled) == (
        "Events are missing at the end: position 8 was written, the last is 7."
    )


def test_an_export_comes_in_as_the_same_log(
    filled: psycopg.Connection[Any], empty: psycopg.Connection[Any]
) -> None:
    lines = lines_of(filled)
    assert import_rows(empty, map(from_line, lines)) == len(lines)
    assert lines_of(empty) == lines


def test_an_imported_command_is_not_appended_again(
    filled: psycopg.Connection[Any], empty: psycopg.Connection[Any]
) -> None:
    import_rows(empty, map(from_line, lines_of(filled)))
    log = MatchLog.open(empty.info.dsn, connections=1)
    try:
        assert log.append(EXAMPLES["match.screenshot_uploaded.v1"]) == 1
        assert len(log.events(MATCH_ID)) == len(EXAMPLES)
    finally:
        log.close()


def test_a_log_that_is_not_empty_takes_nothing_in(filled: psycopg.Connection[Any]) -> None:
    with pytest.raises(ImportRefused, match="not empty"):
        import_rows(filled, rows(filled))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda lines: lines[1:], "broken at position 2"),
        (lambda lines: [*lines[:2], lines[2].replace(b"shots", b"spots")], "broken at position 3"),
        (lambda lines: [*lines[:2], lines[2][:40]], "cannot be read"),
    ],
)
def test_a_damaged_export_is_refused_whole(
    filled: psycopg.Connection[Any], empty: psycopg.Connection[Any], damage: Any, sentence: str
) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        import_rows(empty, map(from_line, damage(lines_of(filled))))
    assert lines_of(empty) == []
