"""Runs of wins and losses in the order in which matches were played."""

import re
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from events.match import Result


class Streaks(Struct, frozen=True):
    """The run that goes on now (wins count up, losses down, a draw is 0), and the longest of wins.

    `last` is the match that was played last: what comes after it only extends the run.
    """

    current: int = 0
    longest_win: int = 0
    last: tuple[datetime, UUID] | None = None

    def then(self, played: tuple[datetime, UUID], result: Result) -> "Streaks":
        """The runs after one more match, played after all the others."""
        if result is Result.WIN:
            current = max(self.current, 0) + 1
        elif result is Result.LOSS:
            current = min(self.current, 0) - 1
        else:
            current = 0
        return Streaks(current, max(self.longest_win, current), played)


def streaks_in(letters: str) -> Streaks:
    """The runs in results that are given by their first letters, in the order of play: wwdl."""
    runs = [run.group() for run in re.finditer("w+|d+|l+", letters)]
    last = runs[-1] if runs else ""
    signs = {"w": 1, "d": 0, "l": -1}
    return Streaks(
        current=signs[last[0]] * len(last) if last else 0,
        longest_win=max((len(run) for run in runs if run[0] == "w"), default=0),
    )
