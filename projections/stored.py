"""Reads the log as it is stored: in the order of positions, or match by match."""

import struct
from collections.abc import Iterator
from typing import Final, cast
from uuid import UUID

from msgspec import Struct
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from events.codec import EventMapper
from events.log import Recorded
from events.matches import MatchEvent
from projections.piped import Session, ask

# What stands before the first row of a COPY in binary form, and what after the last.
_COPY_HEAD: Final = 19
_COPY_END: Final = b"\xff\xff"
# A row of the log: how many columns, then each with its length, up to the name.
_ROW: Final = struct.Struct(">hiqi16siqi")


class Stored(Struct, frozen=True, gc=False):
    """An event as it lies in the log. It may be one that this program cannot read."""

    position: int
    match_id: UUID
    version: int
    name: str
    state: bytes

    def event(self, mapper: EventMapper) -> MatchEvent:
        """The event; raises what `EventMapper.decode` does."""
        decoded = mapper.decode(self.name, self.state, self.match_id, self.version)
        return cast(MatchEvent, decoded)

    def recorded(self, mapper: EventMapper) -> Recorded:
        """The event with its position; raises what `EventMapper.decode` does."""
        return Recorded(self.position, self.event(mapper))


class Part(Struct, frozen=True):
    """Some matches: those with ids from `first` on and before `end`; None is no limit."""

    first: UUID | None = None
    end: UUID | None = None


ALL: Final = Part()


class Unprojectable(Struct, frozen=True):
    """An event that could not be projected; without a `problem`, it waits for an earlier one."""

    stored: Stored
    problem: str | None


def problem_of(stored: Stored, error: Exception) -> str:
    """What went wrong with an event, in one line for those who run the system."""
    return f"{stored.name}, version {stored.version}: {type(error).__name__}: {error}"


def events_after(position: sql.Composable) -> str:
    """The question for `read_after` to ask; `position` is an SQL expression for a place.

    With the place in it, it is one question to the server less.
    """
    query = sql.SQL(
        """
        SELECT notification_id, originator_id, originator_version, topic, state,
               coalesce({position}, 0)
        FROM log.events
        WHERE notification_id > coalesce({position}, 0)
        """
    )
    return query.format(position=position).as_string()


def read_after(
    session: Session, question: str, limit: int, upto: int | None = None
) -> tuple[int, list[Stored]]:
    """The events after a place, at most `limit` and none after `upto`; and where the place was."""
    # Numbers in the text: it is planned once, and the server sees that few rows are wanted.
    end = "" if upto is None else f"AND notification_id <= {upto:d} "
    rows = list(ask(session, f"{question} {end}ORDER BY notification_id LIMIT {limit:d}"))
    return (rows[0][5] if rows else 0), [Stored(*row[:5]) for row in rows]


def read_at(conn: Connection[TupleRow], positions: list[int]) -> list[Stored]:
    """The events at `positions`, in order."""
    cursor = conn.execute(
        """
        SELECT notification_id, originator_id, originator_version, topic, state
        FROM log.events
        WHERE notification_id = ANY(%(positions)s)
        ORDER BY notification_id
        """,
        {"positions": positions},
        binary=True,
    )
    return [Stored(*row) for row in cursor]


def histories(conn: Connection[TupleRow], upto: int, part: Part = ALL) -> Iterator[list[Stored]]:
    """Events up to a position, grouped by match, each match in the order of its versions.

    Streams, in a transaction: whatever the size of the log, little of it is in memory.
    """
    query = sql.SQL(
        """
        COPY (
            SELECT notification_id, originator_id, originator_version::bigint, topic, state
            FROM log.events
            WHERE {}
            ORDER BY originator_id, originator_version
        ) TO STDOUT (FORMAT binary)
        """
    ).format(sql.SQL(" AND ").join(_limits(upto, part)))
    last = b""
    history: list[Stored] = []
    match_id = UUID(int=0)
    for position, id_bytes, version, name, state in _copied(conn, query):
        if id_bytes != last:
            if history:
                yield history
            last, history, match_id = id_bytes, [], UUID(bytes=id_bytes)
        history.append(Stored(position, match_id, version, name, state))
    if history:
        yield history


def _limits(upto: int, part: Part) -> Iterator[sql.Composed]:
    yield sql.SQL("notification_id <= {}").format(sql.Literal(upto))
    if part.first is not None:
        yield sql.SQL("originator_id >= {}").format(sql.Literal(part.first))
    if part.end is not None:
        yield sql.SQL("originator_id < {}").format(sql.Literal(part.end))


def _copied(
    conn: Connection[TupleRow], query: sql.Composed
) -> Iterator[tuple[int, bytes, int, str, bytes]]:
    """Position, match, version, name and state of each row.

    The server reads ahead meanwhile. A driver that is asked for a row waits for it in any case,
    which costs more than the row: it is asked only where the row has not come yet.
    """
    names: dict[bytes, str] = {}  # a few, each of many events
    pgconn = conn.pgconn
    with conn.cursor() as cursor, cursor.copy(query) as copy:
        row = bytes(copy.read())[_COPY_HEAD:]
        while row != _COPY_END:
            _, _, position, _, match_id, _, version, length = _ROW.unpack_from(row)
            named = row[_ROW.size : _ROW.size + length]
            name = names.get(named) or names.setdefault(named, named.decode())
            yield position, match_id, version, name, row[_ROW.size + length + 4 :]
            size, data = pgconn.get_copy_data(1)
            if size == 0:  # it has taken in some rows at once, and more have come since
                pgconn.consume_input()
                size, data = pgconn.get_copy_data(1)
            row = bytes(data if size > 0 else copy.read())
        copy.read()  # the end, after the end of rows
