"""Reads the log as it is stored: in the order of positions, or match by match."""

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

# Events that are fetched at once.
PORTION: Final = 2000


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

    Streams, in a transaction: whatever the size of the log, one portion of it is in memory.
    """
    # A driver waits for every row of a COPY anew, which costs more than the row.
    with conn.cursor(name="histories", binary=True) as cursor:
        # All rows are wanted, not the first ones soon.
        conn.execute("SET LOCAL cursor_tuple_fraction = 1")
        cursor.execute(
            """
            SELECT notification_id, originator_id, originator_version, topic, state
            FROM log.events
            WHERE notification_id <= %(upto)s
              AND (%(first)s::uuid IS NULL OR originator_id >= %(first)s)
              AND (%(end)s::uuid IS NULL OR originator_id < %(end)s)
            ORDER BY originator_id, originator_version
            """,
            {"upto": upto, "first": part.first, "end": part.end},
        )
        match_id: UUID | None = None
        history: list[Stored] = []
        while rows := cursor.fetchmany(PORTION):
            for row in rows:
                if row[1] != match_id:
                    if history:
                        yield history
                    match_id, history = row[1], []
                history.append(Stored(*row))
        if history:
            yield history
