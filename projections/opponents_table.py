"""The table `opponents`, kept up to date with the matches that changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from psycopg.rows import TupleRow

from events.columns import UUIDS
from projections.entering import Change, entering
from projections.match_numbers import KEPT, Played, played_in
from projections.opponents import (
    HeadToHead,
    Meetings,
    Rivals,
    by_rivals,
    opponent_row,
    respelled,
    seen_by_meetings,
)
from projections.piped import Session, ask
from projections.upsert import Upsert, Writes
from projections.wanted import Wanted

NOTHING: Final = HeadToHead()
_DECODER: Final = msgspec.json.Decoder(HeadToHead)
_UPSERT: Final = Upsert(
    "opponents",
    {
        "opponent_id": "uuid",
        "owner_id": "uuid",
        "opponent": "text",
        "played": "int4",
        "won": "int4",
        "lost": "int4",
        "goal_difference": "int4",
        "last_met_at": "timestamptz",
        "state": "bytea",
        "view": "text",
    },
    "opponent_id",
    kept=("owner_id", "opponent"),
)


class Opponents:
    """The opponents of matches that change: asked for at first, written when they are known."""

    def __init__(self, session: Session, likely: Iterable[Rivals]) -> None:
        self._kept = Wanted(session, _ask)
        self._kept.want(likely)
        self._grouped: Mapping[Rivals, Sequence[Change]] = {}

    def take(self, changes: Iterable[Change]) -> None:
        """Ask for those of these matches, which did change."""
        self._grouped = by_rivals(changes)
        self._kept.want(self._grouped)

    def write(self, writes: Writes) -> None:
        """Bring them up to date; the rows of `match_numbers` are written, or wait in `writes`."""
        known = {
            rivals: _DECODER.decode(state)
            for owner_id, opponent, state in self._kept
            if (rivals := Rivals(owner_id, opponent)) in self._grouped
        }
        for rivals, changed in self._grouped.items():
            known[rivals] = _changed(writes, rivals, known.get(rivals, NOTHING), changed)
        _write(writes, known)


def _changed(
    writes: Writes, rivals: Rivals, known: HeadToHead, changes: Sequence[Change]
) -> HeadToHead:
    tally, meetings = known.tally, known.meetings
    for before, after in changes:
        tally = tally.changed(before, after)
    entered = entering(changes, meetings.streaks.last, seen_by_meetings)
    if entered is None:
        meetings, entered = Meetings(), _played(writes.flush(), rivals)
    for played in entered:
        meetings = meetings.then(played)
    return HeadToHead(tally, meetings, respelled(known.spellings, changes))


def _played(session: Session, rivals: Rivals) -> list[Played]:
    """The confirmed matches of a player against one opponent, in the order of play."""
    rows = session.execute(
        f"""
        SELECT {KEPT}
        FROM match_numbers
        WHERE owner_id = %(owner_id)s AND opponent = %(opponent)s AND result IS NOT NULL
        ORDER BY played_at, match_id
        """,  # noqa: S608  # the columns are ours
        {"owner_id": rivals.owner_id, "opponent": rivals.opponent},
        binary=True,
    )
    return [played_in(row) for row in rows]


def _ask(session: Session, wanted: Iterable[Rivals]) -> Iterable[TupleRow]:
    return ask(
        session,
        "SELECT owner_id, opponent, state FROM opponents WHERE opponent_id = ANY(%(ids)s)",
        {"ids": UUIDS.column([rivals.id for rivals in wanted])},
    )


def _write(writes: Writes, known: Mapping[Rivals, HeadToHead]) -> None:
    """Keep these in place of those kept before; an opponent without matches has no row."""
    rows = []
    gone = []
    for rivals, each in known.items():
        if each == NOTHING:
            gone.append(rivals.id)
        else:
            rows.append(tuple(opponent_row(rivals, each).values()))
    if gone:
        writes.flush().execute(
            "DELETE FROM opponents WHERE opponent_id = ANY(%(gone)s)", {"gone": UUIDS.column(gone)}
        )
    writes.add(_UPSERT, rows)
