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
PORTION: Final = 100
COPIES: Final = {
    "states": Copy("states", STATES),
    "matches": Copy("matches", COLUMNS, words=("status", "result", "media_type")),
    "match_numbers": Copy("match_numbers", match_numbers.TYPES_BY_COLUMN, words=("result",)),
    "changes": Copy("changes", changes.COLUMNS),
    "encounters": Copy("encounters", friends.ENCOUNTERS),
    "involved": Copy("involved", friends.INVOLVED),
}
_STATE: Final = COPIES["states"].ready
_MATCH: Final = COPIES["matches"].ready
_NUMBERS: Final = COPIES["match_numbers"].ready
_ENCOUNTER: Final = COPIES["encounters"].ready
_INVOLVED: Final = COPIES["involved"].ready


class Folded(Struct, frozen=True):
    """A match after all of its events that could be taken; None after not even one, or none left.

    `players` are its halves, `rows` its rows by the tables of `COPIES`, ready to be copied.
    """

    match: Match | None
    players: Sequence[Match] = ()
    rows: tuple[bytes, ...] = ()
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
            self._tries.rows(),
            [tuple(row.values()) for row in self._names.rows()],
            [(row["owner_id"], row["version"]) for row in self._versions.rows()],
            self._trust.rows(),
        )


def fold_all(histories: Iterable[Sequence[Stored]], mapper: EventMapper) -> Iterator[Portion]:
    """Fold histories, and give portions of them as soon as they are ready; sums come last."""
    sums = Sums()
    waiting = iter(histories)
    while some := list(islice(waiting, PORTION)):
        rows: list[tuple[bytes, ...]] = []
        left: list[Unprojectable] = []
        for history in some:
            folded = fold(history, mapper)
            left.extend(folded.left)
            if folded.match:
                rows.append(folded.rows)
                sums.add(folded.match, folded.players)
        ready = {
            table: memoryview(b"".join(of_table))
            for table, of_table in zip(COPIES, zip(*rows, strict=True), strict=False)
        }
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
    # Of a fault, the history goes on after those that could be taken.
    positions = [stored.position for stored in history]
    shared = friends.rows_of(match)
    rows = (
        _STATE(state_row(match)),
        b"".join([_MATCH(match_row(half)) for half in players]),
        b"".join(map(_NUMBERS, numbers)),
        changes.ready(zip(positions, events, strict=False), match),
        b"".join(map(_ENCOUNTER, shared.encounters)),
        b"".join([_INVOLVED((match.id, player_id)) for player_id in shared.involved]),
    )
    return Folded(match, players, rows)
