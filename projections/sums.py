"""A tally that the database counts, out of the numbers of matches."""

from collections.abc import Sequence
from typing import Final

from psycopg import sql

from projections.match_numbers import VALUES
from projections.tally import Sum, Tally

_COUNTED: Final = (
    "count(*) FILTER (WHERE result = 'win')",
    "count(*) FILTER (WHERE result = 'draw')",
    "count(*) FILTER (WHERE result = 'loss')",
    "coalesce(sum(score_user), 0)",
    "coalesce(sum(score_opponent), 0)",
    "count(*) FILTER (WHERE score_opponent = 0)",
    "count(*) FILTER (WHERE result IS NULL)",
)
# What to select from match_numbers, for `tally_of` to understand.
SUMS: Final = sql.SQL(", ").join(
    [
        *map(sql.SQL, _COUNTED),
        *(sql.SQL("count({0}), coalesce(sum({0}), 0)").format(sql.Identifier(v)) for v in VALUES),
    ]
)
WIDTH: Final = len(_COUNTED) + 2 * len(VALUES)


def tally_of(row: Sequence[int]) -> Tally:
    """The tally in the columns of `SUMS`."""
    wins, draws, losses, goals_scored, goals_conceded, clean_sheets, pending, *sums = row
    counted = zip(VALUES, sums[::2], sums[1::2], strict=True)
    return Tally(
        wins=wins,
        draws=draws,
        losses=losses,
        goals_scored=goals_scored,
        goals_conceded=goals_conceded,
        clean_sheets=clean_sheets,
        pending=pending,
        stats={name: Sum(count, total) for name, count, total in counted if count},
    )
