"""A player's records: which match holds which."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from events.stats import STATISTICS
from projections.entering import Change, entering
from projections.match_numbers import Played, played_of
from projections.runs import Runs, seen_by_runs

GOALS: Final = ("biggest_win", "heaviest_loss", "most_goals", "highest_scoring")
NOTHING: Final = -1 << 31  # less than any mark
MOST: Final = tuple(f"most.{key}" for key in STATISTICS)
FEWEST: Final = tuple(f"fewest.{key}" for key in STATISTICS)


class Held(Struct, frozen=True):
    """A record and the match that holds it; the greatest `mark` is the record."""

    mark: int
    match: Played


class Records(Struct, frozen=True):
    """Who holds which record, and the longest runs."""

    held: dict[str, Held] = {}
    runs: Runs = Runs()

    def looks_like(self, others: "Records") -> bool:
        """Whether answers show the same: of the runs, they show the longest."""
        return self.held == others.held and self.runs.longest == others.runs.longest

    def changed(self, changes: Sequence[Change]) -> "Changed":
        """The records after these changes, as far as they can be told from these matches alone."""
        entered = entering(changes, self.runs.last, seen_by_runs)
        contest = Contest(self)
        for before, after in changes:
            was, is_now = played_of(before), played_of(after)
            if was == is_now:
                continue
            if was is not None:
                contest.renew(was, is_now)
            if is_now is not None:
                contest.enter(is_now)
        for played in entered or ():
            contest.go_on(played)
        return Changed(contest.records(), frozenset(contest.lost), entered is None)


class Changed(Struct, frozen=True):
    """Records after a change, and what has to be looked up among all matches.

    In the `lost` ones a holder left or has less, and another match may hold them now. Runs are lost
    where the order of results changed other than at its end.
    """

    records: Records
    lost: frozenset[str] = frozenset()
    are_runs_lost: bool = False


class Contest:
    """The records while matches enter; of equal marks, that which was played first holds.

    Who holds what was `lost` is not known.
    """

    def __init__(self, records: Records) -> None:
        self.lost: set[str] = set()
        self._held = dict(records.held)
        self._runs = records.runs

    def enter(self, played: Played) -> None:
        """Let a match have the records that are its own now, whenever it was played."""
        for record, mark in marks(played):
            best = self._held.get(record)
            if best is None or (mark, best.match.place) > (best.mark, played.place):
                self._held[record] = Held(mark, played.without_values)

    def renew(self, was: Played, is_now: Played | None) -> None:
        """Let a match be kept as it is now, or lose the records in which it has less."""
        own = dict(marks(is_now)) if is_now and is_now.place == was.place else {}
        kept = is_now and is_now.without_values
        for record, held in list(self._held.items()):
            if held.match.match_id != was.match_id:
                continue
            mark = own.get(record, NOTHING)
            if kept and mark >= held.mark:
                self._held[record] = Held(mark, kept)
            else:
                del self._held[record]
                self.lost.add(record)
        if kept:
            self._runs = self._runs.renewed(kept)

    def go_on(self, played: Played) -> None:
        """Let the runs go on with a match that was played after all the others."""
        self._runs = self._runs.then(played.without_values)

    def records(self) -> Records:
        """The records now."""
        return Records(self._held, self._runs)


class History:
    """The records of matches that come in the order of play: the same, several times as fast."""

    def __init__(self) -> None:
        self._best = dict.fromkeys(GOALS, NOTHING)
        self._most = [NOTHING] * len(STATISTICS)
        self._fewest = [-NOTHING] * len(STATISTICS)
        self._held: dict[str, Held] = {}
        self._runs = Runs()

    def then(self, played: Played) -> None:
        """Take the next match."""
        kept = played.without_values
        for record, mark in goal_marks(played):
            if mark > self._best[record]:
                self._best[record] = mark
                self._held[record] = Held(mark, kept)
        for index, value in enumerate(played.values):
            if value is None:
                continue
            if value > self._most[index]:
                self._most[index] = value
                self._held[MOST[index]] = Held(value, kept)
            if value < self._fewest[index]:
                self._fewest[index] = value
                self._held[FEWEST[index]] = Held(-value, kept)
        self._runs = self._runs.then(kept)

    def records(self) -> Records:
        """The records of the matches so far."""
        return Records(self._held, self._runs)


def goal_marks(played: Played) -> Iterator[tuple[str, int]]:
    """The records in goals that a match may hold, each with its mark."""
    margin = played.score_user - played.score_opponent
    if margin > 0:
        yield "biggest_win", margin
    if margin < 0:
        yield "heaviest_loss", -margin
    yield "most_goals", played.score_user
    yield "highest_scoring", played.score_user + played.score_opponent


def marks(played: Played) -> Iterator[tuple[str, int]]:
    """All records that a match may hold, each with its mark."""
    yield from goal_marks(played)
    for most, fewest, value in zip(MOST, FEWEST, played.values, strict=True):
        if value is not None:
            yield most, value
            yield fewest, -value
