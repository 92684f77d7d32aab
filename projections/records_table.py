"""The table `records`, kept up to date with the matches that changed."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg.rows import TupleRow

from events.columns import UUIDS
from projections.entering import Change
from projections.match_numbers import played_of
from projections.piped import Session, ask
from projections.records import Changed, Held, Records
from projections.records_view import kept, shown
from projections.recounting import holders_of, runs_in
from projections.runs import Runs
from projections.upsert import Upsert, Writes
from projections.wanted import Wanted

NOTHING: Final = Records()
_HELD: Final = msgspec.json.Decoder(dict[str, Held])
_RUNS: Final = msgspec.json.Decoder(Runs)
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
            changed = before.changed(own)
            records = changed.records
            if changed.lost or changed.are_runs_lost:
                records = _whole(writes.flush(), owner_id, changed)
            if records == NOTHING:
                gone.append(owner_id)
            elif records != before:
                rows.append(_row(owner_id, before, records))
        if gone:
            writes.flush().execute(
                "DELETE FROM records WHERE owner_id = ANY(%(gone)s)", {"gone": UUIDS.column(gone)}
            )
        writes.add(_UPSERT, rows)


def _whole(session: Session, owner_id: UUID, changed: Changed) -> Records:
    """The records, with those looked up that were lost."""
    held, runs = changed.records.held, changed.records.runs
    if changed.lost:
        held = {**held, **holders_of(session, owner_id, changed.lost)}
    if changed.are_runs_lost:
        runs = runs_in(session, owner_id)
    return Records(held, runs)


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
