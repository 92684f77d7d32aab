"""What statistics are made of: one narrow row for each half of a match that is not deleted."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from psycopg import sql

from events.columns import UUIDS
from events.match import Match, Result
from events.names import fold
from events.stats import GREATEST_VALUE, STATISTICS, Pair
from projections.upsert import Upsert, Writes

# The columns of statistics: what the player has, and what the opponent has.
VALUES: Final = tuple(name for key in STATISTICS for name in (key, f"opponent_{key}"))
COLUMNS: Final = (
    "match_id", "owner_id", "opponent", "opponent_name", "played_at", "result", "score_user",
    "score_opponent", *VALUES,
)  # fmt: skip
TYPES: Final = (
    "uuid", "uuid", "text", "text", "timestamptz", "text", "int2", "int2", *("int2" for _ in VALUES)
)  # fmt: skip
_NOT_CONFIRMED: Final = (None,) * (3 + len(VALUES))
_NOT_KNOWN: Final = Pair()

# What to select, for `played_in` to understand: without the values, and with them.
KEPT: Final = "played_at, match_id, opponent_name, result, score_user, score_opponent"
PLAYED: Final = sql.SQL(", ").join([sql.SQL(KEPT), *map(sql.Identifier, STATISTICS)])
# A look into a dictionary takes a fraction of a call of the enumeration.
_RESULTS: Final = {result.value: result for result in Result}

TYPES_BY_COLUMN: Final = dict(zip(COLUMNS, TYPES, strict=True))
_UPSERT: Final = Upsert("match_numbers", TYPES_BY_COLUMN, ("match_id", "owner_id"))


class Played(Struct, frozen=True, gc=False):
    """A confirmed match as records and runs see it; `values` are the player's `STATISTICS`."""

    played_at: datetime
    match_id: UUID
    opponent_name: str
    result: Result
    score_user: int
    score_opponent: int
    values: tuple[int | None, ...] = ()

    @property
    def place(self) -> tuple[datetime, UUID]:
        """Its place in the order in which matches were played."""
        return self.played_at, self.match_id

    @property
    def without_values(self) -> "Played":
        """What of it is kept by those who name it."""
        return replace(self, values=()) if self.values else self


def played_of(match: Match | None) -> Played | None:
    """A match as records see it, or None where it does not count: deleted or not confirmed."""
    if match is None or match.is_deleted or match.confirmed is None or match.result is None:
        return None
    score, stats = match.confirmed.score, match.confirmed.stats
    return Played(
        match.played_at,
        match.id,
        match.opponent_name,
        match.result,
        score.user or 0,
        score.opponent or 0,
        tuple([stats.get(key, _NOT_KNOWN).user for key in STATISTICS]),
    )


def played_in(row: Sequence[Any]) -> Played:
    """The match in the columns of `KEPT` or `PLAYED`."""
    played_at, match_id, name, result, user, opponent, *values = row
    return Played(played_at, match_id, name, _RESULTS[result], user, opponent, tuple(values))


def row_of(match: Match) -> tuple[Any, ...] | None:
    """The row of a match by `COLUMNS`, or None where it is deleted.

    Raises `ValueError` for what the table cannot hold, so that it is the fault of an event.
    """
    if match.is_deleted:
        return None
    name = match.opponent_name
    if "\0" in name:
        raise ValueError("the opponent's name holds the character 0")
    head = (match.id, match.owner_id, fold(name), name, match.played_at)
    confirmed, result = match.confirmed, match.result
    if confirmed is None or result is None:
        return (*head, *_NOT_CONFIRMED)
    numbers: list[int | None] = [confirmed.score.user or 0, confirmed.score.opponent or 0]
    stats = confirmed.stats
    for key in STATISTICS:
        pair = stats.get(key, _NOT_KNOWN)
        numbers += (pair.user, pair.opponent)
    known = [number for number in numbers if number is not None]
    if max(known) > GREATEST_VALUE or min(known) < 0:
        raise ValueError("a number is out of range")
    return (*head, result.value, *numbers)


def differs(before: Match | None, after: Match) -> bool:
    """Whether the row of a match is another one now: most readings change nothing in it."""
    return (before and row_of(before)) != row_of(after)


def write(writes: Writes, matches: Iterable[Match]) -> None:
    """Keep the numbers of matches that changed, in place of those kept before."""
    rows = []
    gone = []
    for match in matches:
        row = row_of(match)
        if row is None:
            gone.append(match)
        else:
            rows.append(row)
    writes.add(_UPSERT, rows)
    if gone:
        writes.flush().execute(
            """
            DELETE FROM match_numbers
            WHERE (match_id, owner_id) IN (
                SELECT * FROM unnest(%(matches)s::uuid[], %(owners)s::uuid[])
            )
            """,
            {
                "matches": UUIDS.column([match.id for match in gone]),
                "owners": UUIDS.column([match.owner_id for match in gone]),
            },
        )
