"""Builds a read model anew from the whole log, beside the live one."""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct
from psycopg import Connection, IsolationLevel, sql
from psycopg.rows import TupleRow

from projections.advance import advance
from projections.builds import Build, add_indexes, create, schema_of, take
from projections.connecting import connect
from projections.dead_letters import park
from projections.folding import folded, processes_for
from projections.places import BuildPlace
from projections.portions import Portion
from projections.projection import Projection

# Larger batches than live: nobody waits for the first row of one.
CATCH_UP_BATCH: Final = 2000

# Events done, events in all, and what is being done.
Report = Callable[[int, int, str], None]


class Rebuilt(Struct, frozen=True):
    """How many events the new build holds, and how many of them are parked."""

    events: int
    parked: int


def rebuild(
    conninfo: str, projection: Projection, report: Report, *, processes: int | None = None
) -> Rebuilt:
    """Build the next build and bring it up to the end of the log; an earlier next one is replaced.

    The live build goes on meanwhile. All but the catching up is one transaction: a rebuild that is
    cut short leaves nothing. So many `processes` fold, by default as the length of the log and the
    machine suggest. Raises `Refused` when another process rebuilds the same, or one of ours ends.
    """
    name = f"rebuild {projection.name}"
    with connect(conninfo, name) as writer, connect(conninfo, name) as reader:
        take(writer, projection)
        # Sorting and copying a long log takes what it takes.
        for conn in (writer, reader):
            conn.execute("SET statement_timeout = 0")
            conn.execute("SET idle_in_transaction_session_timeout = 0")
        reader.isolation_level = IsolationLevel.REPEATABLE_READ
        reader.read_only = True
        with reader.transaction(), writer.transaction():
            head = _head(reader)
            number = processes or processes_for(projection, head)
            with folded(conninfo, reader, projection, head, number) as portions:
                parked = _load(writer, projection, portions, head, report)
        report(head, head, "catching up")
        while (
            step := advance(
                writer, projection, BuildPlace(projection, Build.NEXT), limit=CATCH_UP_BATCH
            )
        ).events:
            parked += len(step.parked)
            head = step.position
            report(head, head, "catching up")
    return Rebuilt(head, parked)


def _load(
    conn: Connection[TupleRow],
    projection: Projection,
    portions: Iterator[Portion],
    head: int,
    report: Report,
) -> int:
    schema = sql.Identifier(schema_of(projection, Build.NEXT))
    conn.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
    create(conn, projection, Build.NEXT)
    with conn.cursor() as cursor:
        left = projection.load(cursor, _reported(portions, head, report))
        report(head, head, "indexing")
        add_indexes(conn, projection)
        park(cursor, left)
    conn.execute("UPDATE build SET position = %(head)s", {"head": head})
    for table in projection.tables:
        conn.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    return len(left)


def _reported(portions: Iterator[Portion], head: int, report: Report) -> Iterator[Portion]:
    done = 0
    for portion in portions:
        done += portion.events
        report(done, head, "folding")
        yield portion


def _head(conn: Connection[TupleRow]) -> int:
    row = conn.execute("SELECT coalesce(max(notification_id), 0) FROM log.events").fetchone()
    return row[0] if row else 0
