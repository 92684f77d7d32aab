"""Where things stand on the eFootball statistics screen, in units of one table row.

The origin is the middle of the first rule (the line under the possession row): x to the right,
y down. Measured on two real screens of different size, which agree to a hundredth of a row.
"""

from typing import Final

from msgspec import Struct


class Area(Struct, frozen=True):
    """A rectangle, in rows."""

    left: float
    top: float
    right: float
    bottom: float

    def mirrored(self) -> "Area":
        """The same area on the other side of the screen."""
        return Area(-self.right, self.top, -self.left, self.bottom)


RULES: Final = 12
TABLE_HALF_WIDTH: Final = 8.03
COLUMN: Final = 5.9
NUMBER_HALF_WIDTH: Final = 1.45
NUMBER_HEIGHT: Final = 0.87

# The header above the strip moves up when there was a shoot-out; see header.
STRIP_BOTTOM: Final = -1.06
NAME_EDGE: Final = 2.85
LONGEST_NAME: Final = 21.5


def number(row: int, side: int) -> Area:
    """The cell of a number: `row` from 0, `side` -1 (left) or 1 (right)."""
    middle = side * COLUMN
    # Digits stand a little above the middle between two rules.
    top = row - 0.52 - NUMBER_HEIGHT / 2
    return Area(middle - NUMBER_HALF_WIDTH, top, middle + NUMBER_HALF_WIDTH, top + NUMBER_HEIGHT)


def label(row: int) -> Area:
    """The cell of a statistic's label."""
    return Area(-4.3, row - 0.94, 4.3, row - 0.08)
