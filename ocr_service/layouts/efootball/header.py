"""Where the header's parts are: the score boxes, the strip, perhaps a line for penalties.

The strip grows, or another line comes between it and the boxes, when there was a shoot-out; so
its parts are found by their colours, going up from the table.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from ocr_service.engine import Grey
from ocr_service.layouts.efootball.geometry import STRIP_BOTTOM, Area
from ocr_service.layouts.efootball.panel import Panel

SCALE: Final = 24
SEARCHED: Final = Area(-7.9, -7.5, 7.9, STRIP_BOTTOM - 0.1)
BOX_HEIGHT: Final = 1.75
BOX_HEIGHTS: Final = (1.3, 2.2)
WIDEST_GAP: Final = 1.7
BOX: Final = (0.875, 2.625)
# Columns inside a score box but beside its digits, and columns just outside it.
BESIDE_DIGITS: Final = ((0.95, 1.12), (2.4, 2.56))
OUTSIDE: Final = ((2.7, 2.84),)


class Header(Struct, frozen=True):
    """Areas of the panel, in rows. `boxes` are the score boxes, left and right, if in sight."""

    strip: Area
    between: Area | None
    boxes: tuple[Area, Area] | None


def find_header(panel: Panel) -> Header:
    """Look for the parts above the table."""
    picture = panel.cut(SEARCHED, SCALE)
    is_bright = picture > _middle(picture)
    # Names cover less than this of the header, and the phase less than the rest of the strip.
    is_strip = _share(is_bright, ((3.0, 7.8),)) > 0.68
    is_box = (_share(is_bright, BESIDE_DIGITS) > 0.7) & (_share(is_bright, OUTSIDE) < 0.3)
    last = len(is_strip) - 1
    top = _run_up(is_strip, last, allowed_breaks=1)
    strip = Area(-6.5, _y(top), 6.5, STRIP_BOTTOM)
    reach = max(0, top - round(WIDEST_GAP * SCALE))
    above = [row for row in range(top, reach, -1) if is_box[row - 1]]
    if not above:
        return Header(strip, None, None)
    bottom = above[0]
    # Wide digits may fill the middle of a box: its top is looked for where it should be.
    least, greatest = (bottom - round(height * SCALE) for height in BOX_HEIGHTS)
    tops = [row for row in range(max(0, greatest), max(0, least)) if is_box[row]]
    if not tops:
        return Header(strip, None, None)
    box_top = min(tops, key=lambda row: abs(bottom - row - BOX_HEIGHT * SCALE))
    right = Area(BOX[0], _y(box_top), BOX[1], _y(bottom))
    gap = _y(top) - _y(bottom)
    between = Area(-6.5, _y(bottom), 6.5, _y(top)) if gap > 0.4 else None
    return Header(strip, between, (right.mirrored(), right))


def _middle(picture: Grey) -> float:
    """Halfway between navy and yellow; both are always in sight here."""
    dark, bright = np.percentile(picture, (5, 95))
    return float(dark + bright) / 2


def _share(
    is_bright: npt.NDArray[np.bool_], columns: tuple[tuple[float, float], ...]
) -> npt.NDArray[np.float64]:
    """For each row, how much of the columns is bright, on both sides together."""
    sides = []
    for sign in (-1, 1):
        parts = []
        for near, far in columns:
            left, right = sorted((sign * near, sign * far))
            start, end = (round((x - SEARCHED.left) * SCALE) for x in (left, right))
            parts.append(is_bright[:, start : max(end, start + 1)])
        sides.append(np.concatenate(parts, axis=1).mean(axis=1))
    return np.asarray(sum(sides) / 2, dtype=np.float64)


def _run_up(holds: npt.NDArray[np.bool_], start: int, *, allowed_breaks: int) -> int:
    """The first row of the run that ends at `start`, where single rows may be spoilt."""
    row, breaks = start, 0
    while row >= 0 and breaks <= allowed_breaks:
        breaks = 0 if holds[row] else breaks + 1
        row -= 1
    return row + 1 + breaks


def _y(row: int) -> float:
    return SEARCHED.top + row / SCALE
