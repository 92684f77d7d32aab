"""The projection `matches` in bulk, its first half: whole histories become rows, in memory."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from events.codec import EventMapper
from events.match import Match, evolve
from events.matches import MatchEvent
from events.seats import halves
from projections import changes, friends, match_numbers
from projections.copying import Copy
from projections.dead_letters import is_fault_of_event
from projections.friends import Trust
from projections.halves import is_over
from projections.matches import COLUMNS, STATES, match_row, state_row
from projections.own_names import Names
from projections.owners import Versions
from projections.portions import Portion, Summed
from projections.quality import Tries
from projections.stored import Stored, Unprojectable, problem_of

# Histories whose rows are in memory at once, a few megabytes.
PORTION: Final = 500
COPIES: Final = {
    "states": Copy("states", STATES),
    "matches": Copy("matches", COLUMNS),
    "match_numbers": Copy("match_numbers", match_numbers.TYPES_BY_COLUMN),
    "changes": Copy("changes", changes.COLUMNS),
    "encounters": Copy("encounters", friends.ENCOUNTERS),
    "involved": Copy("involved", friends.INVOLVED),
}
_STATE: Final = COPIES["states"].ready
_MATCH: Final = COPIES["matches"].ready
_NUMBERS: Final = COPIES["match_numbers"].ready
_ENCOUNTER: Final = COPIES["encounters"].ready
_INVOLVED: Final = COPIES["involved"].ready


class Rows(Struct):
    """Rows of one match, or of many, ready to be copied, by table."""

    states: list[bytes] = []
    matches: list[bytes] = []
    match_numbers: list[bytes] = []
    changes: list[bytes] = []
    encounters: list[bytes] = []
    involved: list[bytes] = []

    def add(self, others: "Rows") -> None:
        """Add the rows of a match."""
        self.states += others.states
        self.matches += others.matches
        self.match_numbers += others.match_numbers
        self.changes += others.changes
        if others.encounters or others.involved:
            self.encounters += others.encounters
            self.involved += others.involved


class Folded(Struct, frozen=True):
    """A match after all of its events that could be taken; None after not even one, or none left.

    `players` are its halves.
    """

    match: Match | None
    players: Sequence[Match] = ()
    rows: Rows | None = None
    left: Sequence[Unprojectable] = ()


class Sums:
    """What is summed up over many matches."""

    def __init__(self) -> None:
        self._tries, self._names = Tries(), Names()
        self._versions, self._trust = Versions(), Trust()

    def add(self, match: Match, players: Sequence[Match]) -> None:
        """Count a match, which is seen by its players."""
        self._tries.change(None, match)
        if match.sharing:
            self._trust.change(None, match)
        for half in players:
            self._versions.change(None, half)
            self._names.change(None, half)

    def rows(self) -> Summed:
        """The sums as rows."""
        return Summed(
            [tuple(row.values()) for row in self._tries.rows()],
            [tuple(row.values()) for row in self._names.rows()],
            [(row["owner_id"], row["version"]) for row in self._versions.rows()],
            self._trust.rows(),
        )


def fold_all(histories: Iterable[Sequence[Stored]], mapper: EventMapper) -> Iterator[Portion]:
    """Fold histories, and give portions of them as soon as they are ready; sums come last."""
    sums = Sums()
    waiting = iter(histories)
    while some := list(islice(waiting, PORTION)):
        rows = Rows()
        left: list[Unprojectable] = []
        for history in some:
            folded = fold(history, mapper)
            left.extend(folded.left)
            if folded.match and folded.rows:
                rows.add(folded.rows)
                sums.add(folded.match, folded.players)
        ready = {table: b"".join(getattr(rows, table)) for table in COPIES}
        yield Portion(sum(map(len, some)), ready, left)
    yield Portion(summed=sums.rows())


def fold(history: Sequence[Stored], mapper: EventMapper) -> Folded:
    """One match from its history, as far as that can be projected."""
    try:
        match: Match | None = None
        events = []
        for stored in history:
            match = evolve(match, event := stored.event(mapper))
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
    players = halves(match)
    numbers = [row for half in players if (row := match_numbers.row_of(half))]
    happened = [
        row
        for stored, event in zip(history, events, strict=False)
        for row in changes.rows_of(stored.position, event, match)
    ]
    rows = Rows(
        [_STATE(state_row(match))],
        [_MATCH(match_row(half)) for half in players],
        list(map(_NUMBERS, numbers)),
        list(map(changes.ready, happened)),
    )
    if match.sharing:
        shared = friends.rows_of(match)
        rows.encounters = list(map(_ENCOUNTER, shared.encounters))
        rows.involved = [_INVOLVED((match.id, player_id)) for player_id in shared.involved]
    return Folded(match, players, rows)
