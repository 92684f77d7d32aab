"""The projection `matches` in bulk: whole histories are folded in memory and copied in."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from psycopg import Cursor
from psycopg.rows import TupleRow

from events.codec import EventMapper
from events.match import Match, evolve
from events.matches import MatchEvent
from events.seats import halves
from projections import (
    changes,
    duplicates,
    friends,
    match_numbers,
    own_names,
    owners,
    quality,
    standings_load,
)
from projections.dead_letters import is_fault_of_event
from projections.halves import is_over
from projections.matches import COLUMNS, STATES, match_row, state_row
from projections.own_names import Names
from projections.owners import Versions
from projections.quality import Tries
from projections.stored import Stored, Unprojectable, problem_of

# FREEZE: the tables are new in this transaction, so nobody has to look at these rows again later.
COPY_MATCHES: Final = f"COPY matches ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary, FREEZE)"
MATCH_TYPES: Final = tuple(COLUMNS.values())
COPY_STATES: Final = f"COPY states ({', '.join(STATES)}) FROM STDIN (FORMAT binary, FREEZE)"
STATE_TYPES: Final = tuple(STATES.values())
# Histories whose rows are copied into one table before the other's turn comes.
PORTION: Final = 5000


class HalfRows(Struct, frozen=True):
    """One player's half of a match, and its rows; a deleted one has no `numbers`."""

    half: Match
    row: tuple[Any, ...]
    numbers: tuple[Any, ...] | None


class Folded(Struct, frozen=True):
    """A match after all of its events that could be taken; None after not even one, or none left.

    `happened` are its rows of `changes`.
    """

    match: Match | None
    state: tuple[Any, ...] | None = None
    halves: Sequence[HalfRows] = ()
    happened: Sequence[changes.Row] = ()
    left: Sequence[Unprojectable] = ()


def load(
    cursor: Cursor[TupleRow], histories: Iterable[Sequence[Stored]], mapper: EventMapper
) -> Sequence[Unprojectable]:
    """Fill the tables, which are new in this transaction; gives what could not be projected."""
    tries, names, versions = Tries(), Names(), Versions()
    left: list[Unprojectable] = []
    shared: list[Match] = []
    waiting = iter(histories)
    for first in waiting:
        numbers: list[tuple[Any, ...] | None] = []
        happened: list[changes.Row] = []
        states: list[tuple[Any, ...]] = []
        with cursor.copy(COPY_MATCHES) as copy:
            copy.set_types(MATCH_TYPES)
            for history in chain([first], islice(waiting, PORTION - 1)):
                folded = fold(history, mapper)
                left.extend(folded.left)
                if folded.match is None or folded.state is None:
                    continue
                states.append(folded.state)
                happened.extend(folded.happened)
                tries.change(None, folded.match)
                if folded.match.sharing:
                    shared.append(folded.match)
                for each in folded.halves:
                    copy.write_row(each.row)
                    numbers.append(each.numbers)
                    versions.change(None, each.half)
                    names.change(None, each.half)
        _copy_states(cursor, states)
        match_numbers.copy_in(cursor, numbers)
        changes.copy_in(cursor, happened)
    friends.write_new(cursor, shared)
    standings_load.fill(cursor)
    quality.write_new(cursor, tries)
    own_names.write_new(cursor, names)
    owners.write_new(cursor, versions)
    duplicates.fill(cursor)
    return left


def fold(history: Sequence[Stored], mapper: EventMapper) -> Folded:
    """One match from its history, as far as that can be projected."""
    try:
        match: Match | None = None
        events = []
        for stored in history:
            event = stored.event(mapper)
            match = evolve(match, event)
            events.append(event)
        return _folded(match, history, events)
    except Exception as error:
        if not is_fault_of_event(error):
            raise
    return _fold_to_the_fault(history, mapper)


def _fold_to_the_fault(history: Sequence[Stored], mapper: EventMapper) -> Folded:
    match: Match | None = None
    folded = Folded(None)
    events: list[MatchEvent] = []
    for number, stored in enumerate(history):
        try:
            event = stored.event(mapper)
            further = evolve(match, event)
            folded = _folded(further, history, [*events, event])
            match = further
            events.append(event)
        except Exception as error:  # noqa: BLE001  # told from others by `fold`
            first = Unprojectable(stored, problem_of(stored, error))
            others = (Unprojectable(later, None) for later in history[number + 1 :])
            return replace(folded, left=(first, *others))
    return folded


def _folded(match: Match | None, history: Sequence[Stored], events: Sequence[MatchEvent]) -> Folded:
    """The match with its rows; `events` are those that could be taken, the first of the history."""
    if match is None or is_over(match):
        return Folded(None)
    return Folded(
        match,
        state_row(match),
        [HalfRows(half, match_row(half), match_numbers.row_of(half)) for half in halves(match)],
        _changes(match, history, events),
    )


def _changes(
    match: Match, history: Sequence[Stored], events: Sequence[MatchEvent]
) -> Sequence[changes.Row]:
    return [
        row
        for stored, event in zip(history, events, strict=False)
        for row in changes.rows_of(stored.position, event, match)
    ]


def _copy_states(cursor: Cursor[TupleRow], rows: Sequence[tuple[Any, ...]]) -> None:
    with cursor.copy(COPY_STATES) as copy:
        copy.set_types(STATE_TYPES)
        for row in rows:
            copy.write_row(row)
