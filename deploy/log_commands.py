"""``python -m deploy log ...``: look at the log, check it, take it out and in."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
import psycopg
from rich.console import Console
from rich.progress import track

from deploy.operating import with_database
from deploy.settings import Settings
from deploy.terminal import complain
from events import archive
from events.archive import ImportRefused
from events.chain import StoredRow, first_fault
from events.log import MatchLog
from events.match_view import view
from events.recorder import APPENDED_CHANNEL

T = TypeVar("T")

console: Final = Console(stderr=True)


def run(settings: Settings, parsed: argparse.Namespace) -> int:
    """Do what `parsed` says; returns the exit status."""
    database = with_database(settings, "log").database
    actions: dict[str, Callable[[], int]] = {
        "tail": lambda: tail(database),
        "show": lambda: show(database, parsed.match),
        "verify": lambda: verify(database),
        "export": lambda: export(database, parsed.file),
        "import": lambda: take_in(database, parsed.file),
    }
    try:
        return actions[parsed.action]()
    except ImportRefused as refusal:
        complain(str(refusal))
    except psycopg.OperationalError as error:
        complain(f"The database cannot be reached: {error}".strip())
    except OSError as error:
        complain(f"The file {parsed.file} cannot be used: {error.strerror}.")
    return 1


def tail(database: str) -> int:
    """Print each event as a line from now on."""
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(f"LISTEN {APPENDED_CHANNEL}")
        position = archive.count(conn)
        try:
            while True:
                for row in _after(conn, position):
                    _print(archive.to_line(row))
                    position = row.position
                for _ in conn.notifies(timeout=1, stop_after=1):
                    pass
        except KeyboardInterrupt:
            return 0


def show(database: str, match_id: UUID) -> int:
    """Print the match as answers show it, then its events."""
    log = MatchLog.open(database, connections=1)
    try:
        match = log.load(match_id)
        if match is None:
            complain(f"There is no match {match_id}.")
            return 1
        _print(msgspec.json.format(msgspec.json.encode(view(match))))
        for event in log.events(match_id):
            _print(type(event).__name__.encode() + b" " + msgspec.json.encode(event))
    finally:
        log.close()
    return 0


def verify(database: str) -> int:
    """Say whether the log is whole, or what is wrong with the first event that is."""
    with psycopg.connect(database) as conn:
        total = archive.count(conn)
        fault = first_fault(_tracked(archive.rows(conn), total, "Checking"))
        fault = fault or archive.ends_early(conn)
    if fault:
        complain(fault)
        return 1
    console.print(f"The log is whole: {total} events.")
    return 0


def export(database: str, file: Path) -> int:
    """Write every event as a line."""
    with psycopg.connect(database) as conn, file.open("wb") as output:
        total = archive.count(conn)
        for row in _tracked(archive.rows(conn), total, "Exporting"):
            output.write(archive.to_line(row) + b"\n")
    console.print(f"Wrote {total} events to {file}.")
    return 0


def take_in(database: str, file: Path) -> int:
    """Fill an empty log; the read models follow by themselves."""
    with psycopg.connect(database) as conn, file.open("rb") as lines:
        total = sum(1 for _ in lines)
        lines.seek(0)
        source = (archive.from_line(line) for line in lines)
        taken = archive.import_rows(conn, _tracked(source, total, "Importing"))
    console.print(f"Took in {taken} events.")
    return 0


def _after(conn: psycopg.Connection[Any], position: int) -> Iterable[StoredRow]:
    cursor = conn.execute(
        """
        SELECT notification_id, originator_id, originator_version, topic, recorded_at, state,
               previous_hash, hash
        FROM log.events
        WHERE notification_id > %(position)s
        ORDER BY notification_id
        LIMIT 1000
        """,
        {"position": position},
    )
    return (StoredRow(*row) for row in cursor.fetchall())


def _tracked(items: Iterable[T], total: int, doing: str) -> Iterator[T]:
    yield from track(items, doing, total=total, console=console, transient=True)


def _print(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
