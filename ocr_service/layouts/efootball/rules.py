"""Finds the thirteen-row table by its looks: twelve thin, bright, equally spaced rules."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from ocr_service.engine import Grey
from ocr_service.layouts.efootball.geometry import RULES, TABLE_HALF_WIDTH

FEWEST_RULES: Final = 8
# Pixels of the working picture, which is at most WORKING_WIDTH wide.
WORKING_WIDTH: Final = 1280
THICKEST_RULE: Final = 9
SHORTEST_PIECE: Final = 25
FAINTEST_RULE: Final = 40


class Rule(Struct, frozen=True):
    """A thin bright line, by its two ends in pixels."""

    left: float
    left_y: float
    right: float
    right_y: float

    @property
    def length(self) -> float:
        return self.right - self.left

    @property
    def y(self) -> float:
        return (self.left_y + self.right_y) / 2


Homography = npt.NDArray[np.float64]


def find_tables(grey: Grey) -> Iterator[Homography]:
    """Guesses of the map from rows (see geometry) to pixels, the likeliest first."""
    scale = min(1.0, WORKING_WIDTH / grey.shape[1])
    small = grey
    if scale < 1:
        small = _as_grey(
            cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA),
        )
    ladder = _longest_ladder(_thin_lines(small))
    if len(ladder) < FEWEST_RULES:
        return
    back = np.diag([1 / scale, 1 / scale, 1.0])
    steps = _steps(ladder)
    missing = RULES - 1 - steps[-1]
    for first in range(missing + 1):
        table = _table([step + first for step in steps], ladder)
        if table is not None:
            yield back @ table


def _as_grey(picture: npt.NDArray[np.generic]) -> Grey:
    return picture.astype(np.uint8, copy=False)


def _thin_lines(grey: Grey) -> list[Rule]:
    thin = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, np.ones((THICKEST_RULE, 1), np.uint8))
    mask = (thin > FAINTEST_RULE).astype(np.uint8)
    # One more pixel of thickness lets a leaning line through the next step.
    mask = _as_grey(cv2.dilate(mask, np.ones((2, 1), np.uint8)))
    mask = _as_grey(
        cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, SHORTEST_PIECE), np.uint8)),
    )
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    lines = []
    for number in range(1, count):
        left, top, width, height = (int(value) for value in boxes[number][:4])
        if width < grey.shape[1] * 0.1 or height > 12 + width * 0.15:
            continue
        rows, columns = np.nonzero(labels[top : top + height, left : left + width] == number)
        slope, offset = np.polyfit(columns, rows, 1)
        # Pixel centres lie half a pixel below their index, and the added thickness hangs down
        # by as much: both cancel.
        middle = top + offset
        lines.append(Rule(left, middle, left + width, middle + slope * width))
    return sorted(lines, key=lambda line: line.y)


def _longest_ladder(lines: list[Rule]) -> list[Rule]:
    """The longest run of lines one above the other, equally long and equally spaced."""
    best: list[Rule] = []
    for start, first in enumerate(lines):
        for second in lines[start + 1 :]:
            if _are_rungs(first, second):
                ladder = _climb(lines, first, second)
                best = max(best, ladder, key=len)
    return best


def _are_rungs(first: Rule, second: Rule) -> bool:
    gap = second.y - first.y
    expected = first.length / (2 * TABLE_HALF_WIDTH)
    slack = first.length * 0.06
    return (
        0.7 * expected < gap < 1.4 * expected
        and abs(first.left - second.left) < slack
        and abs(first.right - second.right) < slack
    )


def _climb(lines: list[Rule], first: Rule, second: Rule) -> list[Rule]:
    ladder = [first, second]
    gap = second.y - first.y
    for line in lines:
        last = ladder[-1]
        steps = (line.y - last.y) / gap
        if line.y <= last.y or abs(steps - round(steps)) > 0.2 or not 1 <= round(steps) <= 3:
            continue
        if _are_rungs(last, line) or (round(steps) > 1 and _are_aligned(last, line)):
            gap = (line.y - last.y) / round(steps)
            ladder.append(line)
    return ladder


def _are_aligned(first: Rule, second: Rule) -> bool:
    slack = first.length * 0.1
    return abs(first.left - second.left) < slack and abs(first.right - second.right) < slack


def _steps(ladder: list[Rule]) -> list[int]:
    """The number of each rule, from 0, where some between may be missing."""
    gaps = [lower.y - upper.y for upper, lower in pairwise(ladder)]
    pitch = float(np.median(gaps))
    steps = [0]
    for gap in gaps:
        steps.append(steps[-1] + max(1, round(gap / pitch)))
    return steps


def _table(numbers: list[int], ladder: list[Rule]) -> Homography | None:
    rows: list[tuple[float, float]] = []
    pixels: list[tuple[float, float]] = []
    for number, rule in zip(numbers, ladder, strict=True):
        rows += [(-TABLE_HALF_WIDTH, number), (TABLE_HALF_WIDTH, number)]
        pixels += [(rule.left, rule.left_y), (rule.right, rule.right_y)]
    if numbers[-1] >= RULES:
        return None
    found, _ = cv2.findHomography(np.array(rows), np.array(pixels), cv2.RANSAC, 2.0)
    return None if found is None else np.asarray(found, dtype=np.float64)
