"""Words on a drawn screen: labels, the phase, and names cut like a stencil."""

from enum import Enum
from typing import Final

import cv2
import numpy as np

from ocr_service.drawing.face import text_mask
from ocr_service.engine import Colour, Grey

Ink = tuple[int, int, int]

# OpenCV has this face built in; it knows Latin, Arabic, Japanese and more.
SANS: Final = cv2.FontFace("sans")
# A capital is this share of the face's size.
CAPITAL: Final = 0.74
ROUND_LETTERS: Final = frozenset("aAbBcCdDeEgGoOpPqQ0689")


class Align(Enum):
    """Which part of the text stands at the given place."""

    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


def write(
    image: Colour,
    text: str,
    at: tuple[float, float],
    height: float,
    ink: Ink,
    align: Align = Align.CENTRE,
    weight: int = 600,
) -> None:
    """Write `text` with its capitals `height` pixels tall, centred on the given y."""
    mask = _words(text, height, weight)
    _press(image, mask, at, ink, align)


def write_number(
    image: Colour, text: str, at: tuple[float, float], height: float, ink: Ink, weight: float = 0.2
) -> None:
    """Write digits, in the face of the screen, centred on the given place."""
    _press(image, text_mask(text, height, weight), at, ink, Align.CENTRE)


def write_stencil(
    image: Colour, text: str, at: tuple[float, float], height: float, ink: Ink, align: Align
) -> None:
    """Write a name in heavy letters; round Latin ones are cut through, as by a stencil."""
    mask = _words(text, height, 800)
    if text.isascii():
        left = 0
        for number in range(len(text)):
            right = round(_words(text[: number + 1], height, 800).shape[1])
            if text[number] in ROUND_LETTERS:
                middle = (left + right) // 2
                mask[:, middle : middle + max(1, round(height * 0.06))] = 0
            left = right
    _press(image, mask, at, ink, align)


def typeface_mask(
    text: str, height: float, face: cv2.FontFace, weight: int, stretch: float
) -> Grey:
    """Digits of a typeface as a mask, `height` pixels tall whatever the face's own measure."""
    size = 96
    canvas = np.zeros((size * 2, size * (len(text) + 1), 3), np.uint8)
    cv2.putText(canvas, text, (size // 2, round(size * 1.4)), (255, 255, 255), face, size, weight)
    tall = np.zeros_like(canvas)
    cv2.putText(tall, "0", (size // 2, round(size * 1.4)), (255, 255, 255), face, size, weight)
    rows = np.flatnonzero(tall[..., 0].any(axis=1))
    columns = np.flatnonzero(canvas[..., 0].any(axis=0))
    if not rows.size or not columns.size:
        return np.zeros((max(1, round(height)), 1), np.uint8)
    # What hangs below or stands above the digits keeps its place.
    reach = size // 4
    inked = canvas[rows[0] - reach : rows[-1] + reach + 1, columns[0] : columns[-1] + 1, 0]
    scale = height / (rows[-1] + 1 - rows[0])
    wide, high = inked.shape[1] * scale * stretch, inked.shape[0] * scale
    shrunk = cv2.resize(
        inked, (max(1, round(wide)), max(1, round(high))), interpolation=cv2.INTER_AREA
    )
    return np.asarray(shrunk, dtype=np.uint8)


def _words(text: str, height: float, weight: int) -> Grey:
    size = max(4, round(height / CAPITAL))
    canvas = np.zeros((size * 2, max(1, len(text)) * size * 2 + size, 3), np.uint8)
    cv2.putText(canvas, text, (size // 2, round(size * 1.4)), (255, 255, 255), SANS, size, weight)
    inked = np.flatnonzero(canvas[..., 0].any(axis=0))
    if inked.size == 0:
        return np.zeros((size * 2, 1), np.uint8)
    # The middle of a capital stands in the middle of the mask.
    middle = round(size * 1.4 - height / 2)
    return np.ascontiguousarray(
        canvas[middle - size // 2 - 4 : middle + size // 2 + 5, inked[0] : inked[-1] + 1, 0]
    )


def _press(image: Colour, mask: Grey, at: tuple[float, float], ink: Ink, align: Align) -> None:
    height, width = mask.shape
    left, top = round(at[0] - width * align.value), round(at[1] - height / 2)
    right, bottom = min(image.shape[1], left + width), min(image.shape[0], top + height)
    x, y = max(0, left), max(0, top)
    if x >= right or y >= bottom:
        return
    cover = mask[y - top : bottom - top, x - left : right - left, None].astype(np.float32) / 255
    under = image[y:bottom, x:right]
    under[:] = (under * (1 - cover) + np.array(ink, np.float32) * cover).round().astype(np.uint8)
