"""The table `summaries`, kept up to date with the matches that changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace
from psycopg.rows import TupleRow

from events.columns import UUIDS
from events.match import Match, Result
from projections.halves import HalfChange
from projections.letters import letters_of
from projections.piped import Session, ask
from projections.standings import NONE, Standing, standing_row
from projections.streaks import Streaks, streaks_in
from projections.tally import Tally
from projections.upsert import Upsert, Writes
from projections.wanted import Wanted

_TALLY: Final = msgspec.json.Decoder(Tally)
_STREAKS: Final = msgspec.json.Decoder(Streaks)
_UPSERT: Final = Upsert(
    "summaries",
    {"owner_id": "uuid", "tally": "bytea", "streaks": "bytea", "view": "text"},
    "owner_id",
)


class Standings:
    """Where players stand whose matches change: asked for at first, written when it is known."""

    def __init__(self, session: Session, likely: Iterable[UUID]) -> None:
        self._kept = Wanted(session, _ask)
        self._kept.want(likely)
        self._grouped: dict[UUID, list[HalfChange]] = {}

    def take(self, changes: Iterable[HalfChange]) -> None:
        """Ask for the players of these matches, which did change."""
        for before, after in changes:
            self._grouped.setdefault(after.owner_id, []).append((before, after))
        self._kept.want(self._grouped)

    def write(self, writes: Writes) -> None:
        """Bring them up to date; the rows of `match_numbers` are written, or wait in `writes`.

        An empty standing has no row.
        """
        known = {
            owner_id: Standing(_TALLY.decode(tally), _STREAKS.decode(streaks))
            for owner_id, tally, streaks in self._kept
            if owner_id in self._grouped
        }
        rows = []
        empty = []
        for owner_id, changes in self._grouped.items():
            standing = _changed(writes, owner_id, known.get(owner_id, NONE), changes)
            if standing == NONE:
                empty.append(owner_id)
            else:
                rows.append(tuple(standing_row(owner_id, standing).values()))
        if empty:
            writes.flush().execute(
                "DELETE FROM summaries WHERE owner_id = ANY(%(empty)s)",
                {"empty": UUIDS.column(empty)},
            )
        writes.add(_UPSERT, rows)


def extended(streaks: Streaks, changed: Iterable[HalfChange]) -> Streaks | None:
    """The runs after these changes, or None where they must be counted anew.

    A match that enters after all others only extends the runs; any other change to what counts
    may join or part runs in the middle.
    """
    entering = []
    for old, new in changed:
        was, is_now = _counted(old), _counted(new)
        if was == is_now:
            continue
        if was is not None or is_now is None:
            return None
        entering.append(is_now)
    for played_at, match_id, result in sorted(entering):
        if streaks.last is not None and (played_at, match_id) < streaks.last:
            return None
        streaks = streaks.then((played_at, match_id), result)
    return streaks


def _counted(match: Match | None) -> tuple[datetime, UUID, Result] | None:
    if match is None or match.is_deleted or match.result is None:
        return None
    return match.played_at, match.id, match.result


def _changed(
    writes: Writes, owner_id: UUID, standing: Standing, changes: Sequence[HalfChange]
) -> Standing:
    tally = standing.tally
    for before, after in changes:
        tally = tally.changed(before, after)
    streaks = extended(standing.streaks, changes)
    if streaks is None:
        letters = letters_of(writes.flush(), owner_id)
        streaks = replace(streaks_in(letters.results.lower()), last=letters.last)
    return Standing(tally, streaks)


def _ask(session: Session, owners: Iterable[UUID]) -> Iterable[TupleRow]:
    return ask(
        session,
        "SELECT owner_id, tally, streaks FROM summaries WHERE owner_id = ANY(%(owners)s)",
        {"owners": UUIDS.column([*owners])},
    )
