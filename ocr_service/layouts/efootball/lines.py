"""Finds thin, bright, nearly level lines in a picture, also where they are broken into pieces."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from ocr_service.engine import Grey

# Pixels of the working picture.
THICKEST: Final = 9
SHORTEST_PIECE: Final = 25
WIDEST_BREAK: Final = 60
STEEPEST: Final = 0.15
# As a share of the brightest parts: a dimmed picture has fainter lines.
FAINTEST: Final = 0.17
FAINTNESS: Final = (14.0, 40.0)
# As a share of the width of the picture.
SHORTEST: Final = 0.1

# More pieces than any screen has; a picture of noise would have thousands.
MOST_PIECES: Final = 300

Pixels = npt.NDArray[np.int64]


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


class _Piece(Struct, frozen=True):
    """An unbroken part of a line, or several joined: its ends, and where its pixels are."""

    left: int
    left_y: float
    right: int
    right_y: float
    columns: list[Pixels]
    rows: list[Pixels]


def thin_lines(grey: Grey) -> list[Rule]:
    """The lines of `grey`, from top to bottom."""
    thin = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, np.ones((THICKEST, 1), np.uint8))
    faintest = FAINTEST * float(np.percentile(grey[::4, ::4], 95))
    mask = (thin > np.clip(faintest, *FAINTNESS)).astype(np.uint8)
    # One more pixel of thickness lets a leaning line through the next step.
    mask = cv2.dilate(mask, np.ones((2, 1), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, SHORTEST_PIECE), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    widths = boxes[1:count, cv2.CC_STAT_WIDTH]
    longest = np.argsort(-widths)[:MOST_PIECES] + 1
    pieces = []
    for number in longest.tolist():
        left, top, width, height = (int(value) for value in boxes[number][:4])
        if height <= 6 + width * STEEPEST:
            inked = labels[top : top + height, left : left + width] == number
            rows, columns = np.nonzero(inked)
            pieces.append(_piece(columns + left, rows + top))
    return _as_rules(pieces, shortest=grey.shape[1] * SHORTEST)


def _piece(columns: Pixels, rows: Pixels) -> _Piece:
    left, right = int(columns.min()), int(columns.max())
    left_y = float(rows[columns <= left + 4].mean())
    right_y = float(rows[columns >= right - 4].mean())
    return _Piece(left, left_y, right, right_y, [columns], [rows])


def _as_rules(pieces: list[_Piece], shortest: float) -> list[Rule]:
    """Pieces that continue each other become one line; short lines are dropped."""
    lines: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: piece.left):
        place = next((n for n, line in enumerate(lines) if _continues(line, piece)), None)
        if place is None:
            lines.append(piece)
        else:
            lines[place] = _joined(lines[place], piece)
    rules = [_rule(line) for line in lines if line.right - line.left >= shortest]
    return sorted(rules, key=lambda rule: rule.y)


def _continues(line: _Piece, piece: _Piece) -> bool:
    """Whether `piece` begins where `line` ends, in its direction."""
    if not -SHORTEST_PIECE < piece.left - line.right < WIDEST_BREAK:
        return False
    slope = (piece.right_y - line.left_y) / max(1, piece.right - line.left)
    expected = line.right_y + slope * (piece.left - line.right)
    return abs(slope) < STEEPEST and abs(piece.left_y - expected) < THICKEST / 3


def _joined(line: _Piece, piece: _Piece) -> _Piece:
    last = piece if piece.right > line.right else line
    return _Piece(
        line.left,
        line.left_y,
        last.right,
        last.right_y,
        line.columns + piece.columns,
        line.rows + piece.rows,
    )


def _rule(line: _Piece) -> Rule:
    slope, offset = np.polyfit(np.concatenate(line.columns), np.concatenate(line.rows), 1)
    left, right = line.left, line.right + 1
    # Pixel centres lie half a pixel below their index, and the added thickness hangs down by as
    # much: both cancel.
    return Rule(left, float(offset + slope * left), right, float(offset + slope * right))
