"""A player's results in letters, in the order of play: put together by the database, read at once.

To bring all matches of a player into Python takes ten times as long, and everybody waits meanwhile.
"""

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
