"""The numbers of the panel: thirteen rows on both sides, and the score."""

from typing import Final

import cv2
import numpy as np
from msgspec import Struct

from events.stats import STATISTICS
from ocr_service.checks import is_in_range
from ocr_service.engine import Grey, Line, TextEngine
from ocr_service.layouts.efootball import geometry
from ocr_service.layouts.efootball.panel import Panel

DIGITS: Final = "0123456789"
# Pixels a row: digits become 24 px tall in the table, 23 px in the score boxes.
TABLE_SCALE: Final = 48
SCORE_SCALE: Final = 30
FRAME: Final = 10


class Number(Struct, frozen=True):
    """A read number with its confidence; ``None`` where nothing could be made out."""

    value: int | None
    confidence: float
    has_percent: bool = False


class Numbers(Struct, frozen=True):
    """All numbers of the panel; `rows` has a left and a right number for each statistic."""

    score: tuple[Number, Number]
    rows: tuple[tuple[Number, Number], ...]


def read_numbers(panel: Panel, engine: TextEngine) -> Numbers:
    """Read every cell once."""
    cells = [
        _dark_on_light(panel.cut(geometry.number(row, side), TABLE_SCALE))
        for row in range(len(STATISTICS))
        for side in (-1, 1)
    ]
    boxes = [
        _inside(panel.cut(box, SCORE_SCALE)) for box in (geometry.LEFT_SCORE, geometry.RIGHT_SCORE)
    ]
    read = [
        _number(line, row // 2) for row, line in enumerate(engine.read_lines(cells, DIGITS + "%"))
    ]
    left, right = engine.read_lines(boxes, DIGITS)
    return Numbers(
        score=(_score(left), _score(right)),
        rows=tuple((read[row], read[row + 1]) for row in range(0, len(read), 2)),
    )


def _dark_on_light(cell: Grey) -> Grey:
    inverted = cv2.bitwise_not(cell)
    framed = cv2.copyMakeBorder(inverted, FRAME, FRAME, FRAME, FRAME, cv2.BORDER_REPLICATE)
    return np.asarray(framed, dtype=np.uint8)


def _inside(box: Grey) -> Grey:
    """The score box without its edges, which would read as strokes."""
    edge = SCORE_SCALE // 8
    inner = box[edge:-edge, edge:-edge]
    framed = cv2.copyMakeBorder(inner, FRAME, FRAME, FRAME, FRAME, cv2.BORDER_REPLICATE)
    return np.asarray(framed, dtype=np.uint8)


def _number(line: Line, row: int) -> Number:
    digits = line.text.removesuffix("%")
    has_percent = digits != line.text
    # Possession is the only row with a percent sign: elsewhere it is a misread digit.
    if not digits.isdecimal() or has_percent != (row == 0):
        return Number(None, 0.0, has_percent)
    value = int(digits)
    if not is_in_range(STATISTICS[row], value) or str(value) != digits:
        return Number(None, 0.0, has_percent)
    return Number(value, line.confidence, has_percent)


def _score(line: Line) -> Number:
    if not line.text.isdecimal() or len(line.text) > 2 or str(int(line.text)) != line.text:
        return Number(None, 0.0)
    return Number(int(line.text), line.confidence)
