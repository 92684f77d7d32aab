"""The table `records`, kept up to date with the matches that changed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import sql
from psycopg.rows import TupleRow

from events.columns import UUIDS
from events.match import Result
from events.stats import STATISTICS
from projections.entering import Change
from projections.match_numbers import Played, played_of
from projections.piped import Session, ask
from projections.records import Held, Records, records_of
from projections.records_view import kept, shown
from projections.runs import Runs
from projections.upsert import Upsert, Writes
from projections.wanted import Wanted

# What to select from match_numbers, for `played_in` to understand.
PLAYED: Final = sql.SQL(
    "played_at, match_id, opponent_name, result, score_user, score_opponent, {values}"
).format(values=sql.SQL(", ").join(map(sql.Identifier, STATISTICS)))

NOTHING: Final = Records()
_HELD: Final = msgspec.json.Decoder(dict[str, Held])
_RUNS: Final = msgspec.json.Decoder(Runs)
# A look into a dictionary takes a fraction of a call of the enumeration.
_RESULTS: Final = {result.value: result for result in Result}
_UPSERT: Final = Upsert(
    "records",
    {"owner_id": "uuid", "held": "bytea", "runs": "bytea", "view": "text"},
    "owner_id",
    unless_empty=("held", "view"),
)


class Holders:
    """The records of players whose matches change: asked for at first, written when known."""

    def __init__(self, session: Session, likely: Iterable[UUID]) -> None:
        self._kept = Wanted(session, _ask)
        self._kept.want(likely)
        self._grouped: dict[UUID, list[Change]] = {}

    def take(self, changes: Iterable[Change]) -> None:
        """Ask for those of the players of these matches, which did change."""
        for before, after in changes:
            match = after or before
            if match and (played_of(before) or played_of(after)):
                self._grouped.setdefault(match.owner_id, []).append((before, after))
        self._kept.want(self._grouped)

    def write(self, writes: Writes) -> None:
        """Bring them up to date; the rows of `match_numbers` are written, or wait in `writes`."""
        known = {
            owner_id: Records(_HELD.decode(held), _RUNS.decode(runs))
            for owner_id, held, runs in self._kept
            if owner_id in self._grouped
        }
        rows = []
        gone = []
        for owner_id, own in self._grouped.items():
            before = known.get(owner_id, NOTHING)
            records = before.changed(own)
            if records is None:
                records = records_of(_played(writes.flush(), owner_id))
            if records == NOTHING:
                gone.append(owner_id)
            elif records != before:
                rows.append(_row(owner_id, before, records))
        if gone:
            writes.flush().execute(
                "DELETE FROM records WHERE owner_id = ANY(%(gone)s)", {"gone": UUIDS.column(gone)}
            )
        writes.add(_UPSERT, rows)


def played_in(row: Sequence[Any]) -> Played:
    """The match in the columns of `PLAYED`."""
    played_at, match_id, name, result, user, opponent, *values = row
    return Played(played_at, match_id, name, _RESULTS[result], user, opponent, tuple(values))


def _played(session: Session, owner_id: UUID) -> Iterator[Played]:
    """The confirmed matches of a player, in the order of play."""
    query = (
        sql.SQL(
            """
        SELECT {played}
        FROM match_numbers
        WHERE owner_id = %(owner_id)s AND result IS NOT NULL
        ORDER BY played_at, match_id
        """
        )
        .format(played=PLAYED)
        .as_string()
    )
    rows = session.execute(query, {"owner_id": owner_id}, binary=True)
    return map(played_in, rows)


def _ask(session: Session, owners: Iterable[UUID]) -> Iterable[TupleRow]:
    return ask(
        session,
        "SELECT owner_id, held, runs FROM records WHERE owner_id = ANY(%(owners)s)",
        {"owners": UUIDS.column([*owners])},
    )


def _row(owner_id: UUID, before: Records, now: Records) -> tuple[Any, ...]:
    """The row of a player; without what would be as it is there."""
    held = b"" if now.held == before.held else kept(now.held)
    view = "" if now.looks_like(before) else shown(now)
    return owner_id, held, kept(now.runs), view
