"""What confirmed matches add up to: pure sums, which a match enters and leaves."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from events.match import Confirmed, Match, Result
from events.stats import STATISTICS

_NAMES: Final = tuple((key, f"opponent_{key}") for key in STATISTICS)


class Sum(Struct, frozen=True):
    """How many values there were, and what they add up to."""

    count: int = 0
    total: int = 0

    def plus(self, value: int, times: int) -> "Sum":
        return Sum(self.count + times, self.total + times * value)

    @property
    def average(self) -> float | None:
        return round(self.total / self.count, 2) if self.count else None


_NOTHING: Final = Sum()


class Tally(Struct, frozen=True, kw_only=True):
    """The sums over a player's matches that are not deleted; `pending` are not confirmed yet.

    `stats` holds a sum for the player (``shots``) and for the opponent (``opponent_shots``).
    """

    wins: int = 0
    draws: int = 0
    losses: int = 0
    goals_scored: int = 0
    goals_conceded: int = 0
    clean_sheets: int = 0
    pending: int = 0
    stats: dict[str, Sum] = {}

    @property
    def total(self) -> int:
        return self.wins + self.draws + self.losses

    def changed(self, before: Match | None, after: Match | None) -> "Tally":
        """The sums after a match changed from `before` to `after`; None is not summed."""
        left = self if before is None else _counted(self, before, -1)
        return left if after is None else _counted(left, after, 1)


def _counted(tally: Tally, match: Match, times: int) -> Tally:
    if match.is_deleted:
        return tally
    if match.confirmed is None:
        return replace(tally, pending=tally.pending + times)
    user, opponent = match.confirmed.score.user or 0, match.confirmed.score.opponent or 0
    return replace(
        tally,
        wins=tally.wins + times * (match.result is Result.WIN),
        draws=tally.draws + times * (match.result is Result.DRAW),
        losses=tally.losses + times * (match.result is Result.LOSS),
        goals_scored=tally.goals_scored + times * user,
        goals_conceded=tally.goals_conceded + times * opponent,
        clean_sheets=tally.clean_sheets + times * (opponent == 0),
        stats=_summed(tally.stats, match.confirmed, times),
    )


def _summed(sums: dict[str, Sum], confirmed: Confirmed, times: int) -> dict[str, Sum]:
    summed = dict(sums)
    for key, of_opponent in _NAMES:
        pair = confirmed.stats.get(key)
        if pair is None:
            continue
        if pair.user is not None:
            summed[key] = summed.get(key, _NOTHING).plus(pair.user, times)
        if pair.opponent is not None:
            summed[of_opponent] = summed.get(of_opponent, _NOTHING).plus(pair.opponent, times)
    if times > 0:
        return summed
    return {name: total for name, total in summed.items() if total.count}
