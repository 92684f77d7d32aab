"""Finds the thirteen-row table by its looks: twelve thin, bright, equally spaced rules."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.engine import Grey
from ocr_service.layouts.efootball.geometry import RULES, TABLE_HALF_WIDTH
from ocr_service.layouts.efootball.lines import Rule, thin_lines
from ocr_service.layouts.efootball.straight import Homography

FEWEST_RULES: Final = 8
# The working picture is at most this wide.
WORKING_WIDTH: Final = 1280
# Photographs may lean more than the search for level lines allows: it is repeated on turned ones.
LEANINGS: Final = (0.0, 5.0, -5.0)


def find_tables(grey: Grey) -> Iterator[Homography]:
    """Guesses of the map from rows (see geometry) to pixels, the likeliest first."""
    scale = min(1.0, WORKING_WIDTH / grey.shape[1])
    small = grey
    if scale < 1:
        small = _as_grey(
            cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA),
        )
    back = np.diag([1 / scale, 1 / scale, 1.0])
    for degrees in LEANINGS:
        turn = _turn(small, degrees)
        ladder = _longest_ladder(thin_lines(_turned(small, turn)))
        if len(ladder) >= FEWEST_RULES:
            for table in _tables(ladder):
                yield back @ np.linalg.inv(turn) @ table


def _turn(picture: Grey, degrees: float) -> Homography:
    """The map that turns `picture` around its middle."""
    middle = (picture.shape[1] / 2, picture.shape[0] / 2)
    return np.vstack([cv2.getRotationMatrix2D(middle, degrees, 1.0), [0.0, 0.0, 1.0]])


def _turned(picture: Grey, turn: Homography) -> Grey:
    if np.allclose(turn, np.eye(3)):
        return picture
    # Pixel centres lie half a pixel from where the map counts.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    moved = (np.linalg.inv(half) @ turn @ half)[:2]
    size = (picture.shape[1], picture.shape[0])
    return _as_grey(cv2.warpAffine(picture, moved, size, borderMode=cv2.BORDER_REPLICATE))


def _tables(ladder: list[Rule]) -> Iterator[Homography]:
    """Every way to number the rules that were found.

    Some at the ends may be missing, and a line above or below may look like one more.
    """
    steps = _steps(ladder)
    spare = RULES - 1 - steps[-1]
    for first in range(min(0, spare), max(0, spare) + 1):
        numbered = {
            step + first: rule
            for step, rule in zip(steps, ladder, strict=True)
            if 0 <= step + first < RULES
        }
        if len(numbered) >= FEWEST_RULES:
            yield from _table(numbered)


def _as_grey(picture: npt.NDArray[np.generic]) -> Grey:
    return picture.astype(np.uint8, copy=False)


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


def _table(rules: dict[int, Rule]) -> Iterator[Homography]:
    rows: list[tuple[float, float]] = []
    pixels: list[tuple[float, float]] = []
    for number, rule in rules.items():
        rows += [(-TABLE_HALF_WIDTH, number), (TABLE_HALF_WIDTH, number)]
        pixels += [(rule.left, rule.left_y), (rule.right, rule.right_y)]
    found, _ = cv2.findHomography(np.array(rows), np.array(pixels), cv2.RANSAC, 2.0)
    if found is not None:
        yield np.asarray(found, dtype=np.float64)
