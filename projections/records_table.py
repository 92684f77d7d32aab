"""The table `records`, kept up to date with the matches that changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import Cursor, sql
from psycopg.rows import TupleRow

from events.match import Result
from events.stats import STATISTICS
from projections.entering import Change
from projections.match_numbers import Played, played_of
from projections.records import Records, records_of
from projections.records_view import records_row

# What to select from match_numbers, for `played_in` to understand.
PLAYED: Final = sql.SQL(
    "played_at, match_id, opponent_name, result, score_user, score_opponent, {values}"
).format(values=sql.SQL(", ").join(map(sql.Identifier, STATISTICS)))


def write(cursor: Cursor[TupleRow], changes: Iterable[Change]) -> None:
    """Bring the records of these players up to date; `match_numbers` holds the matches already."""
    grouped: dict[UUID, list[Change]] = {}
    for before, after in changes:
        match = after or before
        if match and (played_of(before) or played_of(after)):
            grouped.setdefault(match.owner_id, []).append((before, after))
    if not grouped:
        return
    known = _load(cursor, grouped.keys())
    changed = {}
    for owner_id, own in grouped.items():
        kept = known.get(owner_id, Records())
        records = kept.changed(own)
        if records is None:
            records = records_of(_played(cursor, owner_id))
        if records != kept:
            changed[owner_id] = records
    if changed:
        _write(cursor, changed)


def played_in(row: Sequence[Any]) -> Played:
    """The match in the columns of `PLAYED`."""
    played_at, match_id, name, result, user, opponent, *values = row
    return Played(played_at, match_id, name, Result(result), user, opponent, tuple(values))


def _played(cursor: Cursor[TupleRow], owner_id: UUID) -> Iterator[Played]:
    """The confirmed matches of a player, in the order of play."""
    query = sql.SQL(
        """
        SELECT {played}
        FROM match_numbers
        WHERE owner_id = %(owner_id)s AND result IS NOT NULL
        ORDER BY played_at, match_id
        """
    ).format(played=PLAYED)
    cursor.execute(query, {"owner_id": owner_id}, binary=True)
    return map(played_in, cursor)


def _load(cursor: Cursor[TupleRow], owners: Iterable[UUID]) -> dict[UUID, Records]:
    cursor.execute(
        "SELECT owner_id, state FROM records WHERE owner_id = ANY(%(owners)s)",
        {"owners": list(owners)},
    )
    return {owner_id: msgspec.json.decode(state, type=Records) for owner_id, state in cursor}


def _write(cursor: Cursor[TupleRow], records: Mapping[UUID, Records]) -> None:
    """Keep these in place of those kept before; a player without any has no row."""
    gone = [owner_id for owner_id, each in records.items() if each == Records()]
    if gone:
        cursor.execute("DELETE FROM records WHERE owner_id = ANY(%(gone)s)", {"gone": gone})
    cursor.executemany(
        """
        INSERT INTO records (owner_id, state, view)
        VALUES (%(owner_id)s, %(state)s, %(view)s)
        ON CONFLICT (owner_id) DO UPDATE SET state = EXCLUDED.state, view = EXCLUDED.view
        """,
        [records_row(owner_id, each) for owner_id, each in records.items() if each != Records()],
    )
