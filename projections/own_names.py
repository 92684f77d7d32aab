"""The names that players play under: those on their side of screens that they confirmed."""

from collections import Counter
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from events.columns import TEXTS
from events.match import Match
from events.names import fold
from events.perspective import perspective_of
from events.statement_pool import StatementPool
from events.statements import Statement
from events.stats import Side
from projections.copying import Copy
from projections.upsert import Upsert, Writes

MOST_TOLD: Final = 10
_COLUMNS: Final = {"key": "text", "owner_id": "uuid", "folded": "text", "times": "int8"}
COPY: Final = Copy("own_names", _COLUMNS)
_UPSERT: Final = Upsert(
    "own_names", _COLUMNS, "key", summed=("times",), kept=("owner_id", "folded")
)

_OF: Final = Statement(
    f"""
    SELECT folded
    FROM read_models.own_names
    WHERE owner_id = %(owner_id)s
    ORDER BY times DESC, folded
    LIMIT {MOST_TOLD}
    """  # noqa: S608  # a number
)


class OwnName(Struct, frozen=True):
    """A player, and a folded name of theirs."""

    owner_id: UUID
    folded: str

    @property
    def key(self) -> str:
        """The same for equal names of one player, and for no others."""
        return f"{self.owner_id}|{self.folded}"


def own_name_of(match: Match | None) -> OwnName | None:
    """The name on the player's side of a confirmed match, where both are known."""
    if match is None or match.is_deleted or match.confirmed is None or match.reading is None:
        return None
    side = perspective_of(match).side
    if side is None:
        return None
    name = match.reading.left_name if side is Side.LEFT else match.reading.right_name
    return OwnName(match.owner_id, fold(name)) if name else None


class Names:
    """Changes of how often names were played under, summed up before they are written."""

    def __init__(self) -> None:
        self._times: Counter[OwnName] = Counter()

    def change(self, before: Match | None, after: Match) -> None:
        """A match was `before` and is `after` now."""
        if was := own_name_of(before):
            self._times[was] -= 1
        if is_now := own_name_of(after):
            self._times[is_now] += 1

    def rows(self) -> list[dict[str, Any]]:
        """What changed, as rows of the table `own_names`."""
        return [
            {"key": name.key, "owner_id": name.owner_id, "folded": name.folded, "times": times}
            for name, times in self._times.items()
            if times
        ]


def write(writes: Writes, names: Names) -> None:
    """Add the changes to the table; a name that was played under no more has no row."""
    rows = names.rows()
    writes.add(_UPSERT, [tuple(row.values()) for row in rows])
    if lessened := [row["key"] for row in rows if row["times"] < 0]:
        writes.flush().execute(
            "DELETE FROM own_names WHERE key = ANY(%(lessened)s) AND times = 0",
            {"lessened": TEXTS.column(lessened)},
        )


class OwnNames:
    """Tells the command side what a player was called before."""

    def __init__(self, pool: StatementPool) -> None:
        self._pool = pool

    async def of(self, owner_id: UUID) -> tuple[str, ...]:
        """The player's folded names, the most frequent first."""
        rows = await self._pool.ask(_OF, {"owner_id": owner_id})
        return tuple(rows.value(number, 0) for number in range(len(rows)))
