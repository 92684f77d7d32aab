"""What folding gives, some hundred matches at a time: rows that are ready, and sums in the end.

All of it can be sent from one process to another.
"""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct

from projections.stored import Unprojectable


class Summed(Struct, frozen=True):
    """Rows of the tables that hold sums over many matches; the sums stand at the end of a row."""

    reading_quality: list[tuple[UUID, str, str, str, str, str, int]] = []
    own_names: list[tuple[str, UUID, str, int]] = []
    owners: list[tuple[UUID, int]] = []
    trust: list[tuple[UUID, int, int, int, int]] = []


class Portion(Struct, frozen=True):
    """Some matches: how many events they took, and their rows by table, ready to be copied.

    The last portion of a process holds the sums over all of its matches.
    """

    events: int = 0
    rows: dict[str, memoryview] = {}
    left: list[Unprojectable] = []
    summed: Summed | None = None


def together(parts: Iterable[Summed]) -> Summed:
    """The sums over the matches of all parts."""
    parts = list(parts)
    outcomes: defaultdict[tuple[UUID, str, str, str, str, str], int] = defaultdict(int)
    names: defaultdict[tuple[str, UUID, str], int] = defaultdict(int)
    versions: defaultdict[UUID, int] = defaultdict(int)
    trust: defaultdict[UUID, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for part in parts:
        for outcome_id, engine, screen, size, compared, corrected, times in part.reading_quality:
            outcomes[outcome_id, engine, screen, size, compared, corrected] += times
        for key, owner_id, folded, times in part.own_names:
            names[key, owner_id, folded] += times
        for owner_id, version in part.owners:
            versions[owner_id] += version
        for player_id, *signals in part.trust:
            _add(trust[player_id], signals)
    return Summed(
        [(*outcome, times) for outcome, times in outcomes.items()],
        [(*name, times) for name, times in names.items()],
        list(versions.items()),
        [(player_id, *signals) for player_id, signals in trust.items()],  # type: ignore[misc]
    )


def _add(sums: list[int], numbers: Iterable[int]) -> None:
    for index, number in enumerate(numbers):
        sums[index] += number
