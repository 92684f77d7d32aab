"""The projection `matches` in bulk: whole histories are folded in memory and copied in."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any, Final

from msgspec import Struct
from psycopg import Cursor
from psycopg.rows import TupleRow

from events.codec import EventMapper
from events.match import Match, evolve
from events.matches import MatchEvent
from projections import (
    changes,
    duplicates,
    match_numbers,
    own_names,
    owners,
    quality,
    standings_load,
)
from projections.dead_letters import is_fault_of_event
from projections.matches import COLUMNS, match_row
from projections.own_names import Names
from projections.owners import Versions
from projections.quality import Tries
from projections.stored import Stored, Unprojectable, problem_of

# FREEZE: the tables are new in this transaction, so nobody has to look at these rows again later.
COPY_MATCHES: Final = f"COPY matches ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary, FREEZE)"
MATCH_TYPES: Final = tuple(COLUMNS.values())
# Histories whose rows are copied into one table before the other's turn comes.
PORTION: Final = 5000


class Folded(Struct, frozen=True):
    """A match after all of its events that could be taken, and its rows; None after not even one.

    `numbers` is its row of `match_numbers`; a deleted match has none.
    """

    match: Match | None
    row: tuple[Any, ...] | None
    numbers: tuple[Any, ...] | None
    happened: Sequence[changes.Row] = ()
    left: Sequence[Unprojectable] = ()


def load(
    cursor: Cursor[TupleRow], histories: Iterable[Sequence[Stored]], mapper: EventMapper
) -> Sequence[Unprojectable]:
    """Fill the tables, which are new in this transaction; gives what could not be projected."""
    tries, names, versions = Tries(), Names(), Versions()
    left: list[Unprojectable] = []
    waiting = iter(histories)
    for first in waiting:
        numbers = []
        happened: list[changes.Row] = []
        with cursor.copy(COPY_MATCHES) as copy:
            copy.set_types(MATCH_TYPES)
            for history in chain([first], islice(waiting, PORTION - 1)):
                folded = fold(history, mapper)
                left.extend(folded.left)
                if folded.match is None or folded.row is None:
                    continue
                versions.change(None, folded.match)
                copy.write_row(folded.row)
                numbers.append(folded.numbers)
                happened.extend(folded.happened)
                tries.change(None, folded.match)
                names.change(None, folded.match)
        match_numbers.copy_in(cursor, numbers)
        changes.copy_in(cursor, happened)
    standings_load.fill(cursor)
    quality.write_new(cursor, tries)
    own_names.write_new(cursor, names)
    owners.write_new(cursor, versions)
    duplicates.fill(cursor)
    return left


_Rows = tuple[tuple[Any, ...] | None, tuple[Any, ...] | None]


def fold(history: Sequence[Stored], mapper: EventMapper) -> Folded:
    """One match from its history, as far as that can be projected."""
    try:
        match: Match | None = None
        events = []
        for stored in history:
            event = stored.event(mapper)
            match = evolve(match, event)
            events.append(event)
        return Folded(match, *_rows(match), _changes(match, history, events))
    except Exception as error:
        if not is_fault_of_event(error):
            raise
    return _fold_to_the_fault(history, mapper)


def _fold_to_the_fault(history: Sequence[Stored], mapper: EventMapper) -> Folded:
    match: Match | None = None
    rows: _Rows = (None, None)
    events: list[MatchEvent] = []
    for number, stored in enumerate(history):
        try:
            event = stored.event(mapper)
            further = evolve(match, event)
            rows = _rows(further)
            match = further
            events.append(event)
        except Exception as error:  # noqa: BLE001  # told from others by `fold`
            first = Unprojectable(stored, problem_of(stored, error))
            others = (Unprojectable(later, None) for later in history[number + 1 :])
            happened = _changes(match, history, events)
            return Folded(match, *rows, happened, (first, *others))
    return Folded(match, *rows, _changes(match, history, events))


def _rows(match: Match | None) -> _Rows:
    if match is None or match.is_erased:
        return None, None
    return tuple(match_row(match).values()), match_numbers.row_of(match)


def _changes(
    match: Match | None, history: Sequence[Stored], events: Sequence[MatchEvent]
) -> Sequence[changes.Row]:
    """The rows of the events that could be taken, which are the first of the history."""
    if match is None or match.is_erased:
        return ()
    rows = [
        changes.row_of(stored.position, event, match.owner_id)
        for stored, event in zip(history, events, strict=False)
    ]
    return [row for row in rows if row]
