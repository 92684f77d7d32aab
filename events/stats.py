"""The statistics a match has: their names, their order on the screen, and what they may hold."""

from enum import StrEnum
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

GREATEST_SCORE: Final = 99
GREATEST_VALUE: Final = 9999
GREATEST_POSSESSION: Final = 100


class Side(StrEnum):
    """Which side of the screen the player is on."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def opposite(self) -> "Side":
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Sides(Struct, frozen=True, omit_defaults=True, gc=False):
    """A number for each side of the screen; ``None`` where it could not be read."""

    left: int | None = None
    right: int | None = None

    @property
    def is_complete(self) -> bool:
        return self.left is not None and self.right is not None


class Pair(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A number for the player and one for the opponent; ``None`` where it is not known."""

    user: int | None = None
    opponent: int | None = None

    @property
    def swapped(self) -> "Pair":
        return Pair(self.opponent, self.user)


def seen_from(side: Side, sides: Sides) -> Pair:
    """What stands left and right, as the player on `side` sees it."""
    return Pair(sides.left, sides.right) if side is Side.LEFT else Pair(sides.right, sides.left)


def greatest(statistic: str) -> int:
    """The greatest value that `statistic` may hold."""
    return GREATEST_POSSESSION if statistic == "possession" else GREATEST_VALUE
