"""One step of a build along the log: a batch, its rows and its place in one transaction."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from psycopg import Connection
from psycopg.rows import TupleRow

from projections.builds import Refused, look_into, misfit
from projections.dead_letters import Outcome, is_fault_of_event, park, project_or_park
from projections.places import Place
from projections.projection import Projection
from projections.stored import Stored, Unprojectable, read_after

BATCH: Final = 500


class Advance(Struct, frozen=True):
    """What a step did: how many events it passed, and those of them that were parked."""

    events: int = 0
    position: int = 0
    parked: Sequence[Unprojectable] = ()


def advance(
    conn: Connection[TupleRow],
    projection: Projection,
    place: Place,
    *,
    limit: int = BATCH,
    upto: int | None = None,
) -> Advance:
    """Project the next batch, not beyond position `upto`.

    The place is locked, so that a second one who tries waits and then sees that the work is done;
    an idle look at the log locks and writes nothing. Events that cannot be projected are parked.
    Raises `Refused` if the build is not of a version that this program knows.
    """
    position, batch = read_after(conn, place.position, limit, upto)
    if not batch:
        return Advance()
    try:
        return _step(conn, projection, place, position, batch, carefully=False)
    except Exception as error:
        if not is_fault_of_event(error):
            raise
    return _step(conn, projection, place, position, batch, carefully=True)


def _step(
    conn: Connection[TupleRow],
    projection: Projection,
    place: Place,
    position: int,
    batch: Sequence[Stored],
    *,
    carefully: bool,
) -> Advance:
    with conn.transaction(), conn.cursor() as cursor:
        if place.lock(cursor) != position:
            return Advance()
        # Not before the lock: until it was got, another build may have become the live one.
        look_into(conn, place.schema)
        if carefully or _has_parked(conn, projection):
            outcome = project_or_park(cursor, projection, batch)
            park(cursor, outcome.parked)
        else:
            events = [each.recorded(projection.mapper) for each in batch]
            outcome = Outcome(projection.project(cursor, events))
        place.move(cursor, batch[-1].position, outcome.changed)
    return Advance(len(batch), batch[-1].position, outcome.parked)


def _has_parked(conn: Connection[TupleRow], projection: Projection) -> bool:
    """Whether any match of the build at hand is parked; raises `Refused` for a strange build."""
    row = conn.execute("SELECT version, EXISTS (SELECT FROM dead_letters) FROM build").fetchone()
    version, has_parked = row or (0, False)
    reason = misfit(projection, version)
    if reason:
        raise Refused(reason)
    return bool(has_parked)
