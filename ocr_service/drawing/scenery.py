"""What stands around the panel: the stadium above, the grass below, chevrons, crests, a button."""

from random import Random
from typing import Final

import cv2
import numpy as np

from ocr_service.drawing.lettering import Align, write
from ocr_service.engine import Colour

NAVY: Final = (98, 0, 0)
YELLOW: Final = (0, 230, 230)
PINK: Final = (130, 0, 255)
BLUE: Final = (255, 140, 0)


def stadium(width: int, height: int, rng: Random) -> Colour:
    """Dark stands with rows of light, boards, and a score board that is a trap."""
    noise = np.random.default_rng(rng.randrange(2**32))
    image = np.full((height, width, 3), rng.randint(8, 40), np.uint8)
    for _ in range(rng.randint(6, 22)):
        x, y = rng.randint(0, width), rng.randint(-height, height)
        shade = rng.randint(40, 150)
        ink = (shade, shade, rng.choice((shade, 200)))
        end = (rng.randint(0, width), y + rng.randint(-height // 2, height // 2))
        cv2.line(image, (x, y), end, ink, rng.randint(1, 5), cv2.LINE_AA)
    for _ in range(rng.randint(0, 4)):
        x, y = rng.randint(0, width), rng.randint(0, height)
        board = [
            (x, y),
            (x + width // 5, y + height // 8),
            (x + width // 5, y + height // 5),
            (x, y + height // 12),
        ]
        cv2.fillPoly(
            image,
            [np.array(board, np.int32)],
            rng.choice((NAVY, YELLOW, (40, 40, 160))),
            cv2.LINE_AA,
        )
    trap = f"{rng.randint(0, 9)}-{rng.randint(0, 9)}"
    write(
        image,
        trap,
        (rng.uniform(0.6, 0.9) * width, rng.uniform(0.2, 0.8) * height),
        max(9, height * 0.15),
        (230, 230, 230),
    )
    return _grained(image, 9.0, noise)


def grass(width: int, height: int, rng: Random) -> Colour:
    """Green in stripes with a white line."""
    noise = np.random.default_rng(rng.randrange(2**32))
    image = np.full((height, width, 3), (62, 118, 84), np.uint8)
    stripe = max(20, width // rng.randint(5, 9))
    for x in range(rng.randint(-stripe, 0), width, 2 * stripe):
        points = [(x, 0), (x + stripe, 0), (x + stripe // 2, height), (x - stripe // 2, height)]
        cv2.fillPoly(image, [np.array(points, np.int32)], (56, 106, 76))
    cv2.line(
        image,
        (rng.randint(0, width), 0),
        (rng.randint(0, width), height),
        (235, 240, 235),
        max(2, height // 25),
        cv2.LINE_AA,
    )
    return _grained(image, 7.0, noise)


def chevrons(
    image: Colour, left: float, top: float, right: float, bottom: float, *, ahead: float
) -> None:
    """Navy ground with thick yellow arrows, touching the table in places.

    `ahead` moves the pattern to the left, as a share of its width.
    """
    width, height = right - left, bottom - top
    box = image[round(top) : round(bottom), round(left) : round(right)]
    box[:] = NAVY
    shapes = (
        ((0, 0.0), (0, 0.36), (0.26, 0.64), (0.41, 0.46)),
        ((0.48, 0), (1.2, 0), (0.9, 0.46)),
        ((0.04, 1), (0.47, 0.56), (0.58, 0.6), (0.56, 0.72), (0.32, 1)),
        ((0.55, 1), (1, 0.5), (1.3, 0.5), (1.3, 1)),
        ((0.9, 0.46), (1.28, 0), (1.34, 0), (1.34, 0.2)),
    )
    for shape in shapes:
        points = [((x - ahead) * width, y * height) for x, y in shape]
        cv2.fillPoly(box, [np.array(points).round().astype(np.int32)], YELLOW, cv2.LINE_AA)


def crest(image: Colour, x: float, y: float, size: float, rng: Random) -> None:
    """A pink square with a badge that may hold text: another trap."""
    half = round(size / 2)
    middle = (round(x), round(y))
    cv2.rectangle(
        image, (middle[0] - half, middle[1] - half), (middle[0] + half, middle[1] + half), PINK, -1
    )
    colour = rng.choice(((30, 200, 250), (60, 40, 20), (200, 120, 40)))
    cv2.circle(image, middle, round(half * 0.85), colour, -1, cv2.LINE_AA)
    write(image, rng.choice(("BVB", "FC", "11", "1899")), (x, y), size * 0.2, (0, 0, 0), weight=800)
    write(
        image,
        rng.choice(("09", "CF", "10")),
        (x, y + size * 0.25),
        size * 0.12,
        (0, 0, 0),
        weight=800,
    )


def next_button(image: Colour, x: float, y: float, row: float) -> None:
    """The blue button below the panel."""
    corner = (round(x - 4.2 * row), round(y - 0.95 * row))
    cv2.rectangle(image, corner, (round(x + 4.2 * row), round(y + 0.95 * row)), BLUE, -1)
    write(image, "Next", (x + 1.5 * row, y), row * 0.6, (255, 255, 255), Align.RIGHT)


def _grained(image: Colour, sigma: float, noise: np.random.Generator) -> Colour:
    grain = noise.normal(0, sigma, image.shape[:2]).astype(np.float32)[..., None]
    return np.asarray((image + grain).clip(0, 255), dtype=np.uint8)
