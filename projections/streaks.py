"""Runs of wins and losses in the order in which matches were played."""

from collections.abc import Iterable
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


def streaks_of(results: Iterable[tuple[datetime, UUID, Result]]) -> Streaks:
    """The runs in `results`, which come in the order in which the matches were played."""
    streaks = Streaks()
    for played_at, match_id, result in results:
        streaks = streaks.then((played_at, match_id), result)
    return streaks
