"""An event that cannot be projected parks its match; everything else goes on."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import psycopg
from msgspec import Struct
from psycopg import Connection, Cursor
from psycopg.rows import TupleRow

from events.log import Recorded
from projections.builds import Refused, look_into
from projections.places import LivePlace
from projections.projection import Projection
from projections.stored import Stored, Unprojectable, problem_of, read_at


class Outcome(Struct, frozen=True):
    """What became of a batch: the matches that changed, and the events that could not be taken."""

    changed: tuple[UUID, ...] = ()
    parked: tuple[Unprojectable, ...] = ()


class Retried(Struct, frozen=True):
    """How many events were projected at last, and how many still wait."""

    projected: int
    waiting: int


class _Entry(Struct, frozen=True):
    stored: Stored
    recorded: Recorded


def is_fault_of_event(error: Exception) -> bool:
    """Whether the event is to blame; what else goes wrong with a database passes or is mended."""
    if isinstance(error, psycopg.Error):
        return isinstance(error, psycopg.DataError | psycopg.IntegrityError)
    return not isinstance(error, MemoryError | OSError | Refused)


def project_or_park(
    cursor: Cursor[TupleRow], projection: Projection, batch: Sequence[Stored]
) -> Outcome:
    """Project what can be; the search path is on the build.

    The first event of a match that cannot be projected parks it, and so do those parked before.
    """
    parked = _parked_among(cursor, {stored.match_id for stored in batch})
    left: list[Unprojectable] = []
    entries = []
    for stored in batch:
        if stored.match_id in parked:
            left.append(Unprojectable(stored, None))
            continue
        try:
            entries.append(_Entry(stored, stored.recorded(projection.mapper)))
        except Exception as error:  # noqa: BLE001  # whatever is stored, the others go on
            left.append(Unprojectable(stored, problem_of(stored, error)))
            parked.add(stored.match_id)
    waiting: set[UUID] = set()
    changed = _halved(cursor, projection, entries, waiting, left)
    return Outcome(changed, tuple(left))


def park(cursor: Cursor[TupleRow], parked: Iterable[Unprojectable]) -> None:
    """Note events that could not be projected in the build that the search path is on."""
    cursor.executemany(
        """
        INSERT INTO dead_letters (position, match_id, problem)
        VALUES (%(position)s, %(match_id)s, %(problem)s)
        """,
        [
            {
                "position": each.stored.position,
                "match_id": each.stored.match_id,
                # A text in the database cannot hold the character 0.
                "problem": each.problem and each.problem.replace("\0", "?"),
            }
            for each in parked
        ],
    )


def retry(conn: Connection[TupleRow], projection: Projection) -> Retried:
    """Project the parked events of the live build again, each match in a transaction of its own.

    The follower waits meanwhile, so that no later event of the match overtakes.
    """
    place = LivePlace(projection)
    projected = 0
    waiting = 0
    for match_id in _parked_matches(conn, projection):
        with conn.transaction(), conn.cursor() as cursor:
            position = place.lock(cursor)
            look_into(conn, place.schema)
            letters = read_at(conn, _taken_up(cursor, match_id))
            outcome = project_or_park(cursor, projection, letters)
            park(cursor, outcome.parked)
            place.move(cursor, position, outcome.changed)
        projected += len(letters) - len(outcome.parked)
        waiting += len(outcome.parked)
    return Retried(projected, waiting)


def _halved(
    cursor: Cursor[TupleRow],
    projection: Projection,
    entries: Sequence[_Entry],
    waiting: set[UUID],
    left: list[Unprojectable],
) -> tuple[UUID, ...]:
    """Project the entries, in halves where they cannot be projected together.

    Adds what cannot be to `left`, and its match to `waiting`.
    """
    left.extend(Unprojectable(e.stored, None) for e in entries if e.stored.match_id in waiting)
    entries = [entry for entry in entries if entry.stored.match_id not in waiting]
    if not entries:
        return ()
    try:
        with cursor.connection.transaction():
            return projection.project(cursor, [entry.recorded for entry in entries])()
    except Exception as error:
        if not is_fault_of_event(error):
            raise
        if len(entries) == 1:
            stored = entries[0].stored
            left.append(Unprojectable(stored, problem_of(stored, error)))
            waiting.add(stored.match_id)
            return ()
    middle = len(entries) // 2
    return _halved(cursor, projection, entries[:middle], waiting, left) + _halved(
        cursor, projection, entries[middle:], waiting, left
    )


def _parked_among(cursor: Cursor[TupleRow], match_ids: set[UUID]) -> set[UUID]:
    cursor.execute(
        "SELECT DISTINCT match_id FROM dead_letters WHERE match_id = ANY(%(match_ids)s)",
        {"match_ids": list(match_ids)},
    )
    return {match_id for (match_id,) in cursor}


def _parked_matches(conn: Connection[TupleRow], projection: Projection) -> list[UUID]:
    with conn.transaction():
        look_into(conn, LivePlace(projection).schema)
        cursor = conn.execute(
            "SELECT match_id FROM dead_letters GROUP BY match_id ORDER BY min(position)"
        )
        return [match_id for (match_id,) in cursor]


def _taken_up(cursor: Cursor[TupleRow], match_id: UUID) -> list[int]:
    cursor.execute(
        "DELETE FROM dead_letters WHERE match_id = %(match_id)s RETURNING position",
        {"match_id": match_id},
    )
    return [position for (position,) in cursor]
