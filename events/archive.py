"""The log as lines of JSON and back: every event with its place in the chain, byte for byte."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Raw, Struct
from psycopg import Connection

from events.appending import APPENDED_CHANNEL, TAKE_APPEND_LOCK
from events.chain import GENESIS, StoredRow, digest_of

ROWS_AT_ONCE: Final = 1000


class Line(Struct, frozen=True, kw_only=True):
    """One event in an export; hashes in hexadecimal, `state` as it is stored."""

    position: int
    match_id: UUID
    version: int
    name: str
    recorded_at: datetime
    state: Raw
    previous_hash: str
    hash: str


class Command(Struct):
    """The part of an event's state that names its command."""

    command_id: UUID


class Caused(Struct):
    """The part of an event's state that an import has to read."""

    cause: Command


class ImportRefused(Exception):
    """The lines are no whole log, or the log here is not empty; the message is a sentence."""


def rows(conn: Connection[Any]) -> Iterator[StoredRow]:
    """The whole log in order, read bit by bit in one snapshot."""
    with conn.transaction(), conn.cursor("rows") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(
            """
            SELECT notification_id, originator_id, originator_version, topic, recorded_at, state,
                   previous_hash, hash
            FROM log.events
            ORDER BY notification_id
            """
        )
        for row in cursor:
            yield StoredRow(*row)


def count(conn: Connection[Any]) -> int:
    """How many events the log holds, for showing progress."""
    row = conn.execute("SELECT max(notification_id) FROM log.events").fetchone()
    return (row[0] if row else 0) or 0


def to_line(row: StoredRow) -> bytes:
    """A row as a line of an export, without its line break."""
    line = Line(
        position=row.position,
        match_id=row.match_id,
        version=row.version,
        name=row.name,
        recorded_at=row.recorded_at,
        state=Raw(row.state),
        previous_hash=row.previous_hash.hex(),
        hash=row.hash.hex(),
    )
    return msgspec.json.encode(line)


def from_line(text: bytes) -> StoredRow:
    """A line of an export as the row it was; raises `ImportRefused`."""
    try:
        line = msgspec.json.decode(text, type=Line)
        return StoredRow(
            position=line.position,
            match_id=line.match_id,
            version=line.version,
            name=line.name,
            recorded_at=line.recorded_at,
            state=bytes(line.state),
            previous_hash=bytes.fromhex(line.previous_hash),
            hash=bytes.fromhex(line.hash),
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise ImportRefused(f"A line cannot be read: {error}.") from None


def import_rows(conn: Connection[Any], source: Iterable[StoredRow]) -> int:
    """Fill an empty log, all or nothing; gives the number of events. Raises `ImportRefused`.

    The chain is checked on the way: what was altered, removed or moved is not taken in.
    """
    position, last_hash = 0, GENESIS
    commands: dict[UUID, int] = {}
    with conn.transaction():
        conn.execute(TAKE_APPEND_LOCK)
        if count(conn):
            raise ImportRefused("The log here is not empty; an import needs an empty system.")
        with conn.cursor().copy(
            """
            COPY log.events (
                notification_id, originator_id, originator_version, topic, recorded_at, state,
                previous_hash, hash
            ) FROM STDIN
            """
        ) as copy:
            for row in source:
                is_next = row.position == position + 1 and row.previous_hash == last_hash
                if not is_next or digest_of(row) != row.hash:
                    raise ImportRefused(f"The chain is broken at position {row.position}.")
                copy.write_row(msgspec.structs.astuple(row))
                commands[_command_of(row)] = row.position
                position, last_hash = row.position, row.hash
        with conn.cursor().copy("COPY log.commands (command_id, position) FROM STDIN") as copy:
            for command in commands.items():
                copy.write_row(command)
        conn.execute(f"NOTIFY {APPENDED_CHANNEL}")
    return position


def ends_early(conn: Connection[Any]) -> str | None:
    """What shows that events are missing at the end, where the chain itself shows nothing."""
    head = count(conn)
    row = conn.execute(
        """
        SELECT greatest(
            (SELECT max(position) FROM log.commands), (SELECT max(position) FROM log.checkpoints)
        )
        """
    ).fetchone()
    known = (row[0] if row else 0) or 0
    if known > head:
        return f"Events are missing at the end: position {known} was written, the last is {head}."
    return None


def _command_of(row: StoredRow) -> UUID:
    try:
        return msgspec.json.decode(row.state, type=Caused).cause.command_id
    except msgspec.MsgspecError:
        raise ImportRefused(f"The event at position {row.position} names no command.") from None
