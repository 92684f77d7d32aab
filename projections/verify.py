"""Compares the next build of a read model with the live one, row by row."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from msgspec import Struct
from psycopg import Connection, IsolationLevel, sql
from psycopg.rows import TupleRow

from projections.advance import advance
from projections.builds import COMMAND, Build, Refused, built, schema_of, take
from projections.connecting import connect
from projections.places import BuildPlace, LivePlace
from projections.projection import Projection

EXAMPLES: Final = 5


class Compared(Struct, frozen=True):
    """Two tables compared; counts are rows.

    `columns` are those that only one of them has, or that have another type: then the rows were
    not compared. `examples` are keys of rows that differ or that only one of them has.
    """

    table: str
    equal: int = 0
    different: int = 0
    only_live: int = 0
    only_next: int = 0
    columns: Sequence[str] = ()
    examples: Sequence[str] = ()

    @property
    def is_equal(self) -> bool:
        return not (self.different or self.only_live or self.only_next or self.columns)


def verify(conninfo: str, projection: Projection) -> Sequence[Compared]:
    """Compare the builds at one and the same position; the live one stops for a moment only.

    Raises `Refused` if there is no next build.
    """
    name = f"verify {projection.name}"
    with connect(conninfo, name) as conn, connect(conninfo, name) as holder, ExitStack() as opened:
        take(conn, projection)
        ahead = built(conn, projection, Build.NEXT)
        if ahead is None:
            raise Refused(
                f"There is no next build of {projection.name}."
                f" `{COMMAND} rebuild {projection.name}` makes one."
            )
        conn.execute("SET statement_timeout = 0")
        place = BuildPlace(projection, Build.NEXT)
        # If the next build is ahead, the live one goes these steps anyway.
        while advance(holder, projection, LivePlace(projection), upto=ahead.position).events:
            pass
        with holder.transaction(), holder.cursor() as cursor:
            position = LivePlace(projection).lock(cursor)
            while advance(conn, projection, place, upto=position).events:
                pass
            # While the live build is held still, a snapshot of both is taken. The comparing is
            # then done in the snapshot, at leisure.
            conn.isolation_level = IsolationLevel.REPEATABLE_READ
            opened.enter_context(conn.transaction())
            _refuse_unequal_places(conn, projection)
        return [
            _compared(conn, projection, table, keys) for table, keys in projection.tables.items()
        ]


def _refuse_unequal_places(conn: Connection[TupleRow], projection: Projection) -> None:
    live, coming = built(conn, projection, Build.LIVE), built(conn, projection, Build.NEXT)
    if live is None or coming is None or live.position != coming.position:
        raise Refused(f"The builds of {projection.name} changed meanwhile; try again.")


def _compared(
    conn: Connection[TupleRow], projection: Projection, table: str, keys: Sequence[str]
) -> Compared:
    names = {
        "live": sql.Identifier(schema_of(projection, Build.LIVE), table),
        "next": sql.Identifier(schema_of(projection, Build.NEXT), table),
        "key": sql.Identifier(keys[0]),  # none is ever NULL
        "keys": sql.SQL(", ").join(map(sql.Identifier, keys)),
    }
    columns = _unlike_columns(conn, projection, table)
    if columns:
        return Compared(table, columns=columns)
    differ = sql.SQL("ROW(live.*) IS DISTINCT FROM ROW(coming.*)")
    joined = sql.SQL("{live} AS live FULL JOIN {next} AS coming USING ({keys})").format(**names)
    counts = conn.execute(
        sql.SQL(
            """
            SELECT count(*) FILTER (WHERE NOT ({differ})),
                   count(*) FILTER (
                       WHERE {differ} AND live.{key} IS NOT NULL AND coming.{key} IS NOT NULL
                   ),
                   count(*) FILTER (WHERE coming.{key} IS NULL),
                   count(*) FILTER (WHERE live.{key} IS NULL)
            FROM {joined}
            """
        ).format(differ=differ, joined=joined, **names)
    ).fetchone() or (0, 0, 0, 0)
    examples = conn.execute(
        sql.SQL(
            "SELECT concat_ws(' ', {keys}) FROM {joined} WHERE {differ} LIMIT %(limit)s"
        ).format(differ=differ, joined=joined, **names),
        {"limit": EXAMPLES},
    )
    equal, different, only_live, only_next = counts
    return Compared(
        table,
        equal,
        different,
        only_live,
        only_next,
        examples=[each for (each,) in examples],
    )


def _unlike_columns(
    conn: Connection[TupleRow], projection: Projection, table: str
) -> Sequence[str]:
    cursor = conn.execute(
        """
        SELECT column_name
        FROM information_schema.columns
        WHERE table_name = %(table)s AND table_schema IN (%(live)s, %(next)s)
        GROUP BY column_name
        HAVING count(*) <> 2 OR count(DISTINCT (data_type, ordinal_position)) <> 1
        ORDER BY column_name
        """,
        {
            "table": table,
            "live": schema_of(projection, Build.LIVE),
            "next": schema_of(projection, Build.NEXT),
        },
    )
    return [column for (column,) in cursor]
