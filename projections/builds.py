"""The builds of a projection: the live one, the next beside it, and the old one to go back to."""

from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from typing import Final

from msgspec import Struct
from psycopg import Connection, sql
from psycopg.errors import LockNotAvailable
from psycopg.rows import TupleRow

from projections.projection import Projection

COMMAND: Final = "python -m deploy projections"


class Refused(Exception):
    """What was asked for cannot be done with the read models; the message says why."""


class Build(StrEnum):
    """Which of the builds that may stand side by side."""

    LIVE = "live"
    NEXT = "next"
    OLD = "old"


class Built(Struct, frozen=True):
    """A build that is there: by which version of the code, and up to which position."""

    build: Build
    version: int
    position: int
    built_at: datetime


def schema_of(projection: Projection, build: Build) -> str:
    """The name of the schema that holds a build."""
    return projection.schema if build is Build.LIVE else f"{projection.schema}_{build}"


def create(conn: Connection[TupleRow], projection: Projection, build: Build) -> None:
    """Make the tables of a build, empty and without indexes, and leave the search path on them."""
    schema = schema_of(projection, build)
    conn.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    look_into(conn, schema)
    conn.execute(_statements("bookkeeping"))
    conn.execute(_statements(projection.name))
    conn.execute(
        "INSERT INTO build (version, position) VALUES (%(version)s, 0)",
        {"version": projection.version},
    )


def add_indexes(conn: Connection[TupleRow], projection: Projection) -> None:
    """Make the indexes of the build that the search path is on."""
    conn.execute(_statements(f"{projection.name}_indexes"))


def look_into(conn: Connection[TupleRow], schema: str) -> None:
    """Let names without a schema mean the tables of one build, until the transaction ends."""
    conn.execute("SELECT set_config('search_path', %(schema)s, true)", {"schema": schema})


def look_into_and_tell(schema: str) -> str:
    """The question that does the same and tells the build's version, and if anything is parked.

    The statements of a step come again and again, with arrays of any length: planning each time
    what fits the values would cost more than carrying it out. For reading the log it pays, and
    that is done outside of the transaction.
    """
    query = sql.SQL(
        """
        SELECT version,
               EXISTS (SELECT FROM {letters})::int,
               set_config('search_path', {schema}, true),
               set_config('plan_cache_mode', 'force_generic_plan', true)
        FROM {build}
        """
    )
    return query.format(
        letters=sql.Identifier(schema, "dead_letters"),
        schema=sql.Literal(schema),
        build=sql.Identifier(schema, "build"),
    ).as_string()


def built(conn: Connection[TupleRow], projection: Projection, build: Build) -> Built | None:
    """What there is of a build, or None."""
    table = sql.Identifier(schema_of(projection, build), "build")
    there = conn.execute("SELECT to_regclass(%(table)s)", {"table": table.as_string()}).fetchone()
    if not (there and there[0]):
        return None
    query = sql.SQL("SELECT version, position, built_at FROM {}").format(table)
    row = conn.execute(query).fetchone()
    if row is None:
        return None
    position = live_position(conn, projection) if build is Build.LIVE else row[1]
    return Built(build, row[0], position, row[2])


def live_position(conn: Connection[TupleRow], projection: Projection) -> int:
    """How far the live build has come."""
    row = conn.execute(
        "SELECT position FROM log.checkpoints WHERE follower = %(follower)s",
        {"follower": projection.name},
    ).fetchone()
    return row[0] if row else 0


def row_count(conn: Connection[TupleRow], projection: Projection, build: Build) -> int:
    """How many rows the tables of a build hold."""
    schema = schema_of(projection, build)
    count = sql.SQL(" + ").join(
        sql.SQL("(SELECT count(*) FROM {})").format(sql.Identifier(schema, table))
        for table in projection.tables
    )
    row = conn.execute(sql.SQL("SELECT ") + count).fetchone()
    return row[0] if row else 0


def take(conn: Connection[TupleRow], projection: Projection) -> None:
    """Keep others from working on the builds until the connection ends; raises `Refused`.

    A command that just ended may hold its lock for a moment still: the server notices later.
    """
    try:
        with conn.transaction():
            conn.execute("SET LOCAL lock_timeout = '2s'")
            conn.execute(
                "SELECT pg_advisory_lock(hashtext(%(lock)s))",
                {"lock": f"tracker builds of {projection.name}"},
            )
    except LockNotAvailable:
        sentence = f"Another process is at work on the builds of {projection.name} now."
        raise Refused(sentence) from None


def misfit(projection: Projection, version: int) -> str | None:
    """Why this program cannot work with rows of `version`, or None if it can."""
    name = projection.name
    if version > projection.version:
        return (
            f"The read models of {name} are of version {version}, and this program knows them up"
            f" to {projection.version}. Start the newer program, or go back with"
            f" `{COMMAND} swap {name} --back`."
        )
    if version < projection.oldest:
        return (
            f"The read models of {name} are of version {version}, and this program needs"
            f" {projection.oldest} at least. Run `{COMMAND} rebuild {name}`, then"
            f" `{COMMAND} swap {name}`."
        )
    return None


def _statements(name: str) -> sql.SQL:
    return sql.SQL((files("projections") / "schema" / f"{name}.sql").read_text(encoding="utf-8"))
