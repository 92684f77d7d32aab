"""The digits of the screen, drawn by strokes: an even, narrow face like that of the game."""

from collections.abc import Callable
from functools import lru_cache
from math import cos, pi, sin
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.engine import Grey

Point = tuple[float, float]
Stroke = list[Point]

# Glyphs are drawn this tall and shrunk: smooth at any size.
CAP: Final = 160
WIDTHS: Final = {"1": 0.44, "|": 0.3, "%": 1.15, "7": 0.69}
WIDTH: Final = 0.73
GAP: Final = 0.09


def text_mask(text: str, height: float, weight: float = 0.2, stretch: float = 1.0) -> Grey:
    """`text` as a mask, 255 is ink; it may hold digits, %, and | for a one that is a bar.

    Digits are `height` pixels tall. `weight` is the thickness of a stroke and `stretch` widens the
    glyphs, as shares of the height and of the usual width.
    """
    gap = np.zeros((CAP, round(GAP * CAP)), np.uint8)
    glyphs: list[Grey] = []
    for letter in text:
        glyphs += [_glyph(letter, weight, stretch), gap]
    line = np.hstack(glyphs[:-1])
    size = (max(1, round(line.shape[1] * height / CAP)), max(1, round(height)))
    return np.asarray(cv2.resize(line, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


@lru_cache(maxsize=512)
def _glyph(letter: str, weight: float, stretch: float) -> Grey:
    width = WIDTHS.get(letter, WIDTH) * stretch
    image = np.zeros((CAP, round(width * CAP)), np.uint8)
    thickness = weight * CAP * (0.72 if letter == "%" else 1.0)
    inset = thickness / CAP / 2
    for stroke in STROKES[letter](width - 2 * inset, 1 - 2 * inset):
        _paint(image, (np.array(stroke) + inset) * CAP, thickness / 2)
    return image


def _paint(image: Grey, points: npt.NDArray[np.float64], half: float) -> None:
    """A stroke with round joints and flat ends, which the edge of the box cuts level."""
    along = np.diff(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    points = points.copy()
    if not np.allclose(points[0], points[-1]):
        points[0] -= along[0] * half
        points[-1] += along[-1] * half
    for joint in points[1:-1]:
        cv2.circle(image, _fixed(joint), round(half * 16), (255,), -1, cv2.LINE_AA, 4)
    for start, end, (x, y) in zip(points, points[1:], along, strict=False):
        aside = np.array([-y, x]) * half
        corners = [
            _fixed(start + aside),
            _fixed(end + aside),
            _fixed(end - aside),
            _fixed(start - aside),
        ]
        cv2.fillConvexPoly(image, np.array(corners), (255,), cv2.LINE_AA, 4)


def _fixed(point: npt.NDArray[np.float64]) -> tuple[int, int]:
    """Sixteenths of a pixel, as OpenCV draws them."""
    return round(float(point[0]) * 16), round(float(point[1]) * 16)


def _three(w: float, h: float) -> list[Stroke]:
    top, low = h * 0.225, h * 0.275
    return [
        _arc(w / 2, top, w * 0.475, top, 190, 450),
        _arc(w / 2, h - low, w / 2, low, 270, 530),
    ]


def _five(w: float, h: float) -> list[Stroke]:
    low = h * 0.3
    bowl = _arc(w / 2, h - low, w / 2, low, 235, 525)
    return [[(w * 0.92, 0), (w * 0.1, 0), (w * 0.04, h * 0.46), *bowl]]


def _eight(w: float, h: float) -> list[Stroke]:
    top, low = h * 0.225, h * 0.275
    return [
        _arc(w / 2, top, w * 0.46, top, 0, 360),
        _arc(w / 2, h - low, w / 2, low, 0, 360),
    ]


def _zero(w: float, h: float) -> list[Stroke]:
    r = w / 2
    return [_arc(r, r, r, r, 180, 360) + _arc(r, h - r, r, r, 0, 180) + [(0, r)]]


def _percent(w: float, h: float) -> list[Stroke]:
    x, y = w * 0.19, h * 0.2
    return [
        _arc(x, y, x, y, 0, 360),
        _arc(w - x, h - y, x, y, 0, 360),
        [(w * 0.74, 0), (w * 0.26, h)],
    ]


def _arc(x: float, y: float, across: float, down: float, start: float, end: float) -> Stroke:
    """Part of an ellipse around (x, y), clockwise, in degrees from the right."""
    steps = max(8, round(abs(end - start) / 8))
    angles = [(start + (end - start) * step / steps) * pi / 180 for step in range(steps + 1)]
    return [(x + across * cos(angle), y + down * sin(angle)) for angle in angles]


# The middle lines of each glyph in a box of a given width and height, y down.
STROKES: Final[dict[str, Callable[[float, float], list[Stroke]]]] = {
    "0": _zero,
    "1": lambda w, h: [[(0, h * 0.24), (w, 0), (w, h)]],
    "|": lambda w, h: [[(w / 2, 0), (w / 2, h)]],
    "2": lambda w, h: [[*_arc(w / 2, w / 2, w / 2, w / 2, 170, 400), (0, h), (w, h)]],
    "3": _three,
    "4": lambda w, h: [
        [(w * 0.55, 0), (0, h * 0.72), (w, h * 0.72)],
        [(w * 0.74, h * 0.42), (w * 0.74, h)],
    ],
    "5": _five,
    "6": lambda w, h: [
        _arc(w / 2, h * 0.7, w / 2, h * 0.3, 0, 360),
        [(w * 0.72, 0), (w * 0.06, h * 0.58)],
    ],
    "7": lambda w, h: [[(0, 0), (w, 0), (w * 0.32, h)]],
    "8": _eight,
    "9": lambda w, h: [
        _arc(w / 2, h * 0.3, w / 2, h * 0.3, 0, 360),
        [(w * 0.94, h * 0.42), (w * 0.28, h)],
    ],
    "%": _percent,
}
