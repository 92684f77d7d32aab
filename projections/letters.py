"""A player's results in letters, in the order of play, and where the runs are in them.

The database puts them together: to bring all matches of a player into Python takes several times as
long, and everybody waits meanwhile.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from projections.piped import Session

_ASK: Final = """
    SELECT letters, last.played_at, last.match_id
    FROM (
        SELECT string_agg(
            CASE WHEN score_opponent = 0 THEN upper(left(result, 1)) ELSE left(result, 1) END,
            '' ORDER BY played_at, match_id
        ) AS letters
        FROM match_numbers
        WHERE owner_id = %(owner_id)s AND result IS NOT NULL
    ) AS spelled
    LEFT JOIN (
        SELECT played_at, match_id
        FROM match_numbers
        WHERE owner_id = %(owner_id)s AND result IS NOT NULL
        ORDER BY played_at DESC, match_id DESC
        LIMIT 1
    ) AS last ON TRUE
"""

# Which of them belong to a run: of wins, without a loss, clean sheets.
_KINDS: Final = tuple(map(re.compile, ("[wW]+", "[wWdD]+", "[WDL]+")))
_NOWHERE: Final = range(0)


class Letters(Struct, frozen=True):
    """``w``, ``d`` or ``l`` for each confirmed match; a capital where no goal was conceded.

    `last` is the place of the match that was played last.
    """

    results: str = ""
    last: tuple[datetime, UUID] | None = None


def letters_of(session: Session, owner_id: UUID) -> Letters:
    """The results of a player, as the rows of `match_numbers` have them now."""
    [(results, played_at, match_id)] = session.execute(_ASK, {"owner_id": owner_id}, binary=True)
    return Letters(results, (played_at, match_id)) if results else Letters()


class Stretches(Struct, frozen=True):
    """Where in a player's results the run of one kind is that goes on now, and the longest."""

    current: range
    longest: range

    @property
    def ends(self) -> Iterator[int]:
        """The numbers of the matches that are kept."""
        for each in (self.current, self.longest):
            yield from (*each[:1], *each[-1:])


def stretches_in(results: str) -> tuple[Stretches, ...]:
    """Where the runs of each kind are in results that are spelled as in `Letters`."""
    return tuple([_stretches(results, kind) for kind in _KINDS])


def _stretches(results: str, kind: re.Pattern[str]) -> Stretches:
    found = [range(*run.span()) for run in kind.finditer(results)]
    goes_on = bool(found) and found[-1].stop == len(results)
    return Stretches(found[-1] if goes_on else _NOWHERE, max(found, key=len, default=_NOWHERE))
