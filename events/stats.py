"""The statistics a match has: their names, their order on the screen, and what they may hold."""

from typing import Final

from msgspec import Struct

# Top to bottom as on eFootball's post-match screen; the order is the same in every language.
STATISTICS: Final = (
    "possession",
    "shots",
    "shots_on_target",
    "fouls",
    "offsides",
    "corner_kicks",
    "free_kicks",
    "passes",
    "completed_passes",
    "crosses",
    "interceptions",
    "tackles",
    "saves",
)

GREATEST_VALUE: Final = 9999
GREATEST_POSSESSION: Final = 100


class Sides(Struct, frozen=True, omit_defaults=True):
    """A number for each side of the screen; ``None`` where it could not be read."""

    left: int | None = None
    right: int | None = None

    @property
    def is_complete(self) -> bool:
        return self.left is not None and self.right is not None


def greatest(statistic: str) -> int:
    """The greatest value that `statistic` may hold."""
    return GREATEST_POSSESSION if statistic == "possession" else GREATEST_VALUE
