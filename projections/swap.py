"""Puts another build in the place of the live one, while everybody goes on asking."""

from typing import Final

from msgspec import Struct
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from projections.advance import advance
from projections.builds import COMMAND, Build, Built, Refused, built, misfit, schema_of, take
from projections.connecting import connect
from projections.places import BuildPlace, LivePlace
from projections.projection import Projection

CATCH_UP_BATCH: Final = 2000
# Fewer events than these are projected while the live build is held still.
NEARLY_THERE: Final = 200


class Swapped(Struct, frozen=True):
    """The versions of the live build before and after, and where the new one stands."""

    before: int
    after: int
    position: int


def swap(conninfo: str, projection: Projection, *, back: bool = False) -> Swapped:
    """Make the next build the live one and keep the live one as the old; or the way `back`.

    Schemas are renamed, which locks no table: whoever asks
    sees one build or the other and waits for neither, and plans prepared before are made anew by
    the server. Raises `Refused`.
    """
    candidate, kept = (Build.OLD, Build.NEXT) if back else (Build.NEXT, Build.OLD)
    with connect(conninfo, f"swap {projection.name}") as conn:
        take(conn, projection)
        _check(conn, projection, candidate, kept)
        place = BuildPlace(projection, candidate)
        while advance(conn, projection, place, limit=CATCH_UP_BATCH).events > NEARLY_THERE:
            pass
        with conn.transaction(), conn.cursor() as cursor:
            # Held until the end, the live build stands still.
            live = LivePlace(projection)
            position = live.lock(cursor)
            before, after = _check(conn, projection, candidate, kept)
            while advance(conn, projection, place, upto=position).events:
                pass
            BuildPlace(projection, Build.LIVE).move(cursor, position, ())
            # The candidate may be ahead: nobody goes back.
            reached = place.lock(cursor)
            _rename(conn, projection, Build.LIVE, kept)
            _rename(conn, projection, candidate, Build.LIVE)
            live.move(cursor, reached, ())
    return Swapped(before.version, after.version, reached)


def drop(conninfo: str, projection: Projection, build: Build) -> None:
    """Remove a build that is not the live one. Raises `Refused` if there is none."""
    if build is Build.LIVE:
        raise Refused("The live build is in use and stays.")
    with connect(conninfo, f"drop {projection.name}") as conn:
        take(conn, projection)
        if built(conn, projection, build) is None:
            raise Refused(f"There is no {build} build of {projection.name}.")
        schema = sql.Identifier(schema_of(projection, build))
        conn.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))


def _check(
    conn: Connection[TupleRow], projection: Projection, candidate: Build, kept: Build
) -> tuple[Built, Built]:
    """The live build and the one to take its place; raises `Refused` where they cannot swap."""
    name = projection.name
    live, coming = built(conn, projection, Build.LIVE), built(conn, projection, candidate)
    if live is None or coming is None:
        hint = f" `{COMMAND} rebuild {name}` makes one." if candidate is Build.NEXT else ""
        raise Refused(f"There is no {candidate} build of {name}.{hint}")
    if built(conn, projection, kept):
        raise Refused(
            f"There is a {kept} build of {name} already, and one is kept at most."
            f" `{COMMAND} drop-{kept} {name}` removes it."
        )
    if reason := misfit(projection, coming.version):
        raise Refused(reason)
    return live, coming


def _rename(conn: Connection[TupleRow], projection: Projection, build: Build, to: Build) -> None:
    rename = sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(
        sql.Identifier(schema_of(projection, build)), sql.Identifier(schema_of(projection, to))
    )
    conn.execute(rename)
