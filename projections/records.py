"""A player's records: which match holds which."""

from collections.abc import Iterable, Iterator, Sequence
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

    def changed(self, changes: Sequence[Change]) -> "Records | None":
        """The records after these changes, or None where all matches must be gone through anew.

        They must be where a match leaves or has less of what it holds a record in, and where the
        order of results changes other than at its end.
        """
        entered = entering(changes, self.runs.last, seen_by_runs)
        if entered is None:
            return None
        contest = Contest(self)
        for before, after in changes:
            was, is_now = played_of(before), played_of(after)
            if was == is_now:
                continue
            if is_now is None or (was is not None and not contest.renew(is_now)):
                return None
            contest.enter(is_now)
        for played in entered:
            contest.go_on(played)
        return contest.records()


class Contest:
    """The records while matches enter; of equal marks, that which was played first holds."""

    def __init__(self, records: Records) -> None:
        self._held = dict(records.held)
        self._runs = records.runs

    def enter(self, played: Played) -> None:
        """Let a match have the records that are its own now, whenever it was played."""
        for record, mark in marks(played):
            best = self._held.get(record)
            if best is None or (mark, best.match.place) > (best.mark, played.place):
                self._held[record] = Held(mark, played.without_values)

    def renew(self, played: Played) -> bool:
        """Let a match be kept as it is now; False where it may lose a record to another.

        Its place and result are those that it had.
        """
        own, kept = dict(marks(played)), played.without_values
        for record, held in self._held.items():
            if held.match.match_id == played.match_id:
                if own.get(record, NOTHING) < held.mark:
                    return False
                self._held[record] = Held(own[record], kept)
        self._runs = self._runs.renewed(kept)
        return True

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


def records_of(matches: Iterable[Played]) -> Records:
    """The records in `matches`, which come in the order in which they were played."""
    history = History()
    for played in matches:
        history.then(played)
    return history.records()


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
