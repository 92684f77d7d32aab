"""One step of a build along the log: a batch, its rows and its place in one transaction."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from psycopg import Connection
from psycopg.rows import TupleRow

from projections.builds import Refused, misfit
from projections.dead_letters import is_fault_of_event, park, project_or_park
from projections.piped import ask, is_idle, piped
from projections.places import Place
from projections.projection import Projection
from projections.stored import Unprojectable, read_after

BATCH: Final = 500


class Advance(Struct, frozen=True):
    """What a step did: how many events it passed, and those of them that were parked."""

    events: int = 0
    position: int = 0
    parked: tuple[Unprojectable, ...] = ()


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
    if not is_idle(conn):
        return _carefully(conn, projection, place, limit, upto)
    try:
        if step := _together(conn, projection, place, limit, upto):
            return step
    except Exception as error:
        if not is_fault_of_event(error):
            raise
    return _carefully(conn, projection, place, limit, upto)


def _together(
    conn: Connection[TupleRow], projection: Projection, place: Place, limit: int, upto: int | None
) -> Advance | None:
    """The step in as few exchanges with the server as can be; None where a match is parked."""
    with piped(conn) as pipe:
        position, batch = read_after(pipe, place.events_after, limit, upto)
        if not batch:
            return Advance()
        pipe.begin()
        asked = place.ask_lock(pipe)
        # Not before the lock: until it was got, another build may have become the live one.
        found = ask(pipe, place.look_into)
        # What is asked for here comes with the answers to these, and is in vain if they are others.
        project = projection.project(pipe, [each.recorded(projection.mapper) for each in batch])
        if place.locked(pipe, asked) != position:
            pipe.commit()
            return Advance()
        if _has_parked(projection, found):
            pipe.commit()
            return None
        place.move(pipe, batch[-1].position, project())
        pipe.commit()
    return Advance(len(batch), batch[-1].position)


def _carefully(
    conn: Connection[TupleRow], projection: Projection, place: Place, limit: int, upto: int | None
) -> Advance:
    """The step with all that can be projected; what cannot is parked."""
    with conn.transaction(), conn.cursor() as cursor:
        place.lock(cursor)
        _has_parked(projection, ask(cursor, place.look_into))
        _, batch = read_after(cursor, place.events_after, limit, upto)
        if not batch:
            return Advance()
        outcome = project_or_park(cursor, projection, batch)
        park(cursor, outcome.parked)
        place.move(cursor, batch[-1].position, outcome.changed)
    return Advance(len(batch), batch[-1].position, outcome.parked)


def _has_parked(projection: Projection, found: Iterable[TupleRow]) -> bool:
    """Whether any match of the build at hand is parked; raises `Refused` for a strange build."""
    version, has_parked, *_ = next(iter(found), (0, False))
    reason = misfit(projection, version)
    if reason:
        raise Refused(reason)
    return bool(has_parked)
