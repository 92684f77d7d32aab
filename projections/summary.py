"""A player's summary as answers show it: the tally and the streaks, made readable."""

from typing import Final

from msgspec import Struct

from events.stats import STATISTICS
from projections.streaks import Streaks
from projections.tally import Sum, Tally

# Statistics, and the names of their sums.
_OWN: Final = tuple((key, key) for key in STATISTICS)
_OF_OPPONENT: Final = tuple((key, f"opponent_{key}") for key in STATISTICS)


class SummaryView(Struct, frozen=True, kw_only=True):
    """Sums over confirmed matches.

    `win_rate` is in percent, 0 without matches. `current_streak` counts wins in a row up, losses
    in a row down, and is 0 after a draw. Averages are per match in which the value is known, null
    where it never was.
    """

    total_matches: int
    wins: int
    draws: int
    losses: int
    win_rate: float
    goals_scored: int
    goals_conceded: int
    goal_difference: int
    clean_sheets: int
    current_streak: int
    longest_win_streak: int
    pending: int
    averages: dict[str, float | None]
    opponent_averages: dict[str, float | None]


def summary(tally: Tally, streaks: Streaks) -> SummaryView:
    """The summary of a player with these sums and runs."""
    return SummaryView(
        total_matches=tally.total,
        wins=tally.wins,
        draws=tally.draws,
        losses=tally.losses,
        win_rate=round(100 * tally.wins / tally.total, 2) if tally.total else 0.0,
        goals_scored=tally.goals_scored,
        goals_conceded=tally.goals_conceded,
        goal_difference=tally.goals_scored - tally.goals_conceded,
        clean_sheets=tally.clean_sheets,
        current_streak=streaks.current,
        longest_win_streak=streaks.longest_win,
        pending=tally.pending,
        averages=averages(tally),
        opponent_averages=opponent_averages(tally),
    )


def averages(tally: Tally) -> dict[str, float | None]:
    """The player's averages: goals, and each statistic."""
    return {
        "goals_scored": Sum(tally.total, tally.goals_scored).average,
        "goals_conceded": Sum(tally.total, tally.goals_conceded).average,
        **_averages(tally.stats, _OWN),
    }


def opponent_averages(tally: Tally) -> dict[str, float | None]:
    """The opponent's average of each statistic."""
    return _averages(tally.stats, _OF_OPPONENT)


def _averages(sums: dict[str, Sum], names: tuple[tuple[str, str], ...]) -> dict[str, float | None]:
    return {key: known.average if (known := sums.get(name)) else None for key, name in names}


NO_MATCHES = summary(Tally(), Streaks())
