"""How often anything of a player's matches changed: what tells that an answer is still the same."""

from collections import Counter
from typing import Any, Final
from uuid import UUID

from events.columns import UUIDS
from events.match import Match
from projections.copying import Copy
from projections.upsert import Upsert, Writes

_COLUMNS: Final = {"owner_id": "uuid", "version": "int8"}
COPY: Final = Copy("owners", _COLUMNS)
_UPSERT: Final = Upsert("owners", _COLUMNS, "owner_id", summed=("version",))


class Versions:
    """Changes of the sums of the versions of players' matches, deleted ones and all.

    Such a sum grows with every event. Erased matches leave it, and their owner with the last.
    """

    def __init__(self) -> None:
        self._steps: Counter[UUID] = Counter()

    def change(self, before: Match | None, after: Match) -> None:
        """A match was `before` and is `after` now."""
        self._steps[after.owner_id] += _counted(after) - _counted(before)

    def rows(self) -> list[dict[str, Any]]:
        """What changed, as rows of the table `owners`."""
        return [
            {"owner_id": owner_id, "version": steps}
            for owner_id, steps in self._steps.items()
            if steps
        ]


def write(writes: Writes, versions: Versions) -> None:
    """Add the changes to the table; an owner without events has no row."""
    rows = versions.rows()
    writes.add(_UPSERT, [tuple(row.values()) for row in rows])
    lessened = [row["owner_id"] for row in rows if row["version"] < 0]
    if lessened:
        writes.flush().execute(
            "DELETE FROM owners WHERE version = 0 AND owner_id = ANY(%(lessened)s)",
            {"lessened": UUIDS.column(lessened)},
        )


def _counted(match: Match | None) -> int:
    return 0 if match is None or match.is_erased else match.version
