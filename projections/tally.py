"""What confirmed matches add up to: pure sums, which a match enters and leaves."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from events.match import Confirmed, Match, Result


class Sum(Struct, frozen=True):
    """How many values there were, and what they add up to."""

    count: int = 0
    total: int = 0

    def plus(self, value: int, times: int) -> "Sum":
        return Sum(self.count + times, self.total + times * value)

    @property
    def average(self) -> float | None:
        return round(self.total / self.count, 2) if self.count else None


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

    def changed(self, before: Match | None, after: Match) -> "Tally":
        """The sums after a match changed from `before` to `after`."""
        left = self if before is None else _counted(self, before, -1)
        return _counted(left, after, 1)


_COUNTED_AS: Final = {Result.WIN: "wins", Result.DRAW: "draws", Result.LOSS: "losses"}


class Count:
    """A tally that is being counted from nothing: the same sums, many times as fast."""

    def __init__(self) -> None:
        self._sums = dict.fromkeys(
            ("wins", "draws", "losses", "goals_scored", "goals_conceded", "clean_sheets"), 0
        )
        self._pending = 0
        # For each statistic: how many values of the player, their sum, and the opponent's two.
        self._stats: dict[str, list[int]] = {}

    def enter(self, match: Match) -> None:
        """Add a match that is not in it yet."""
        if match.is_deleted:
            return
        confirmed = match.confirmed
        if confirmed is None:
            self._pending += 1
            return
        sums = self._sums
        user, opponent = confirmed.score.user or 0, confirmed.score.opponent or 0
        sums[_COUNTED_AS[match.result or Result.DRAW]] += 1
        sums["goals_scored"] += user
        sums["goals_conceded"] += opponent
        sums["clean_sheets"] += opponent == 0
        for key, pair in confirmed.stats.items():
            values = self._stats.get(key)
            if values is None:
                values = self._stats[key] = [0, 0, 0, 0]
            if pair.user is not None:
                values[0] += 1
                values[1] += pair.user
            if pair.opponent is not None:
                values[2] += 1
                values[3] += pair.opponent

    def tally(self) -> Tally:
        """The sums so far."""
        stats = {key: Sum(*values[:2]) for key, values in self._stats.items()}
        stats |= {f"opponent_{key}": Sum(*values[2:]) for key, values in self._stats.items()}
        known = {name: total for name, total in stats.items() if total.count}
        return Tally(pending=self._pending, stats=known, **self._sums)


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
    for key, pair in confirmed.stats.items():
        for name, value in ((key, pair.user), (f"opponent_{key}", pair.opponent)):
            if value is None:
                continue
            summed[name] = summed.get(name, Sum()).plus(value, times)
    return {name: total for name, total in summed.items() if total.count}
