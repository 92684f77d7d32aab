"""The longest runs of a player: wins, matches without a loss, matches without a goal against."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from events.match import Result
from projections.match_numbers import Played


class Run(Struct, frozen=True):
    """Matches in a row, from the first to the last; none of a length of 0."""

    length: int = 0
    first: Played | None = None
    last: Played | None = None

    def then(self, played: Played) -> "Run":
        """The run after one more match that belongs to it."""
        return Run(self.length + 1, self.first or played, played)

    def renewed(self, played: Played) -> "Run":
        """The same with a match as it is now, if it is one of the two."""
        first, last = (played if _is_same(end, played) else end for end in (self.first, self.last))
        return Run(self.length, first, last)


NO_RUN: Final = Run()


class Longest(Struct, frozen=True):
    """The run that goes on now and the longest; of equally long ones, the first."""

    current: Run = NO_RUN
    longest: Run = NO_RUN

    def then(self, played: Played, *, goes_on: bool) -> "Longest":
        """The same after one more match, which belongs to the run or ends it."""
        if not goes_on:
            return Longest(NO_RUN, self.longest) if self.current.length else self
        current = self.current.then(played)
        return Longest(current, current if current.length > self.longest.length else self.longest)

    def renewed(self, played: Played) -> "Longest":
        """The same with a match as it is now."""
        return Longest(self.current.renewed(played), self.longest.renewed(played))


class Runs(Struct, frozen=True):
    """Runs in the order in which matches were played; `last` is the place of the last of them."""

    wins: Longest = Longest()
    unbeaten: Longest = Longest()
    clean_sheets: Longest = Longest()
    last: tuple[datetime, UUID] | None = None

    def then(self, played: Played) -> "Runs":
        """The runs after one more match, played after all the others."""
        return Runs(
            self.wins.then(played, goes_on=played.result is Result.WIN),
            self.unbeaten.then(played, goes_on=played.result is not Result.LOSS),
            self.clean_sheets.then(played, goes_on=played.score_opponent == 0),
            played.place,
        )

    def renewed(self, played: Played) -> "Runs":
        """The same where a match has other numbers now, none of which parts or joins runs."""
        if not any(_is_same(end, played) for end in self._ends):
            return self
        return Runs(
            self.wins.renewed(played),
            self.unbeaten.renewed(played),
            self.clean_sheets.renewed(played),
            self.last,
        )

    @property
    def longest(self) -> tuple[Run, Run, Run]:
        """The longest of each kind."""
        return self.wins.longest, self.unbeaten.longest, self.clean_sheets.longest

    @property
    def _ends(self) -> Iterator[Played | None]:
        for kind in (self.wins, self.unbeaten, self.clean_sheets):
            for run in (kind.current, kind.longest):
                yield from (run.first, run.last)


def seen_by_runs(played: Played) -> tuple[object, ...]:
    """What of a match the runs depend on."""
    return played.place, played.result, played.score_opponent == 0


def _is_same(end: Played | None, played: Played) -> bool:
    return end is not None and end.match_id == played.match_id
