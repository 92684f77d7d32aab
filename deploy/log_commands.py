"""``python -m deploy log ...``: look at the log, check it, take it out and in."""

import argparse
import os
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
from deploy.sealing_key import open_owner_keys
from deploy.settings import Settings
from deploy.terminal import complain
from events import archive
from events.archive import ImportRefused
from events.chain import StoredRow, first_fault
from events.key_archive import import_keys, key_lines
from events.log import MatchLog
from events.match_view import view
from events.recorder import APPENDED_CHANNEL

T = TypeVar("T")

console: Final = Console(stderr=True)


def run(settings: Settings, parsed: argparse.Namespace) -> int:
    """Do what `parsed` says; returns the exit status."""
    settings = with_database(settings, "log")
    database = settings.database
    actions: dict[str, Callable[[], int]] = {
        "tail": lambda: tail(database),
        "show": lambda: show(settings, parsed.match),
        "verify": lambda: verify(database),
        "export": lambda: export(database, parsed.file, parsed.keys),
        "import": lambda: take_in(database, parsed.file, parsed.keys),
    }
    try:
        return actions[parsed.action]()
    except ImportRefused as refusal:
        complain(str(refusal))
    except psycopg.OperationalError as error:
        complain(f"The database cannot be reached: {error}".strip())
    except OSError as error:
        complain(f"The file {error.filename} cannot be used: {error.strerror}.")
    except msgspec.MsgspecError as error:
        complain(f"The file {parsed.keys} holds no keys: {error}.")
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


def show(settings: Settings, match_id: UUID) -> int:
    """Print the match as answers show it, then its events."""
    keys = open_owner_keys(settings)
    log = MatchLog.open(settings.database, connections=1, keys=keys)
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
        keys.close()
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


def export(database: str, file: Path, keys: Path | None = None) -> int:
    """Write every event as a line, and if asked the keys of the names to another file."""
    with psycopg.connect(database) as conn, file.open("wb") as output:
        total = archive.count(conn)
        for row in _tracked(archive.rows(conn), total, "Exporting"):
            output.write(archive.to_line(row) + b"\n")
    console.print(f"Wrote {total} events to {file}.")
    if keys:
        private = os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with psycopg.connect(database) as conn, os.fdopen(private, "wb") as output:
            output.writelines(line + b"\n" for line in key_lines(conn))
        console.print(f"Wrote the keys to the names in them to {keys}.")
    return 0


def take_in(database: str, file: Path, keys: Path | None = None) -> int:
    """Fill an empty log; the read models follow by themselves. Keys go first, if given."""
    if keys:
        with psycopg.connect(database) as conn, keys.open("rb") as lines:
            console.print(f"Took in {import_keys(conn, lines)} keys.")
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
