"""Draws cells to train on: numbers in many faces and sizes, spoilt in many ways."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final

import cv2
import numpy as np

from ocr_service.digits.network import HEIGHT, SYMBOLS, WIDTH, Floats, normalised
from ocr_service.drawing.degrade import spoilt
from ocr_service.drawing.face import text_mask
from ocr_service.drawing.lettering import typeface_mask
from ocr_service.drawing.matches import seeded
from ocr_service.engine import Colour, Grey

Face = Callable[[str, float], Grey]

# Cells of one sheet share the face, the size and what spoils them.
SHEET_COLUMNS: Final = 4
SHEET_ROWS: Final = 6
# In rows of the table, as the reader cuts them.
CELL_WIDTH: Final = 2.9
CELL_HEIGHT: Final = 0.87
# Those that no face draws like a digit.
LETTERS: Final = "ACDEFGHKMNPRTUVWXYadefhkmnrtuvwxy:-+/"
# The widest text, as a share of its cell.
WIDEST: Final = 0.9


class CellPress:
    """Makes batches of cells with their text, from a folder of faces and a seed."""

    def __init__(self, fonts: Path, seed: int) -> None:
        self._rng = seeded(seed)
        # OpenCV mixes up faces that were given back: they are kept.
        self._faces = [cv2.FontFace(str(path)) for path in sorted(fonts.glob("*.?tf"))]
        self._faces.append(cv2.FontFace("sans"))
        self._cells: list[tuple[Floats, str]] = []

    def batch(self, size: int) -> tuple[Floats, list[str]]:
        """Cells of 24 x 80 (see `network.normalised`), and what they say."""
        while len(self._cells) < size * 8:
            self._cells += self._sheet()
        self._rng.shuffle(self._cells)
        taken, self._cells = self._cells[:size], self._cells[size:]
        return np.stack([cell for cell, _ in taken]), [text for _, text in taken]

    def _sheet(self) -> list[tuple[Floats, str]]:
        rng = self._rng
        row = 2 * 8 * (40 / 8) ** (rng.random() ** 1.5)  # digits of 8 to 40 pixels, small ones more
        is_score = rng.random() < 0.2
        texts = [_text(rng) for _ in range(SHEET_COLUMNS * SHEET_ROWS)]
        if is_score:  # their boxes have room for two
            texts = [text[:2].rstrip("%") for text in texts]
        sheet = _painted(texts, row, self._face(), rng, is_score=is_score)
        grey = cv2.cvtColor(spoilt(sheet, row / 2, rng), cv2.COLOR_BGR2GRAY)
        if is_score:
            grey = cv2.bitwise_not(grey)
        picture = np.asarray(grey, dtype=np.uint8)
        return [
            (_cut(picture, place, row, rng, is_score=is_score), _spelt(text))
            for place, text in enumerate(texts)
        ]

    def _face(self) -> Face:
        rng = self._rng
        face, weight = rng.choice(self._faces), rng.randint(450, 800)
        stretch = rng.uniform(0.78, 1.1)
        is_drawn, stroke = rng.random() < 0.4, rng.uniform(0.13, 0.26)
        one = "|" if rng.random() < 0.2 else "1"  # some faces draw it as a bar

        def press(text: str, height: float) -> Grey:
            if is_drawn and set(text) <= set(SYMBOLS[1:-1]):
                return text_mask(text.replace("1", one), height, stroke, stretch * 1.1)
            return typeface_mask(text, height, face, weight, stretch)

        return press


def _text(rng: Random) -> str:
    kind = rng.random()
    if kind < 0.05:
        return ""
    if kind < 0.17:
        return f"{rng.randint(0, 100)}%"
    if kind < 0.24:
        return _other(rng)
    digits = rng.choice((1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4))
    first = rng.choice("123456789") if digits > 1 else rng.choice("0123456789")
    return first + "".join(rng.choice("0123456789") for _ in range(digits - 1))


def _other(rng: Random) -> str:
    """Something that is no number, or not only a number."""
    letters = "".join(rng.choice(LETTERS) for _ in range(rng.randint(1, 5)))
    return letters if rng.random() < 0.5 else f"{rng.randint(0, 99)}{letters[0]}{rng.randint(0, 9)}"


def _spelt(text: str) -> str:
    """What the network should say: a question mark for each thing that is no digit."""
    return "".join(letter if letter in SYMBOLS[1:-1] else "?" for letter in text)


def _painted(
    texts: Sequence[str], row: float, face: Face, rng: Random, *, is_score: bool
) -> Colour:
    ground = np.array([rng.randint(70, 120), rng.randint(0, 20), rng.randint(0, 20)])
    ink = np.array([rng.randint(0, 40), rng.randint(200, 255), rng.randint(200, 255)])
    if is_score:
        ground, ink = ink, ground
    width, height = round(SHEET_COLUMNS * CELL_WIDTH * row), round(SHEET_ROWS * row)
    cover = np.zeros((height, width), np.float32)
    size = row * rng.uniform(0.42, 0.6)
    widest = max((face(text, size).shape[1] for text in texts if text), default=0)
    size *= min(1.0, WIDEST * CELL_WIDTH * row / max(widest, 1))
    for place, text in enumerate(texts):
        if text:
            middle = _middle(place, row)
            _press(cover, face(text, size), middle[0], middle[1] + row * rng.uniform(-0.02, 0.02))
    if not is_score:
        for line in range(1, SHEET_ROWS):
            y, thick = line * row, row * rng.uniform(0.03, 0.08)
            pixels = np.arange(height)
            share = np.minimum(pixels + 1, y + thick / 2) - np.maximum(pixels, y - thick / 2)
            cover = np.maximum(cover, share.clip(0, 1)[:, None].astype(np.float32))
    painted = ground + cover[..., None] * (ink - ground)
    return np.asarray(painted.round(), dtype=np.uint8)


def _middle(place: int, row: float) -> tuple[float, float]:
    return (place % SHEET_COLUMNS + 0.5) * CELL_WIDTH * row, (place // SHEET_COLUMNS + 0.5) * row


def _press(cover: Floats, mask: Grey, x: float, y: float) -> None:
    """Put `mask` with its middle at a place between pixels."""
    height, width = mask.shape
    shift = np.array([[1, 0, x - width / 2], [0, 1, y - height / 2]])
    size = (cover.shape[1], cover.shape[0])
    moved = cv2.warpAffine(mask, shift, size, flags=cv2.INTER_LINEAR)
    np.maximum(cover, moved.astype(np.float32) / 255, out=cover)


def _cut(sheet: Grey, place: int, row: float, rng: Random, *, is_score: bool) -> Floats:
    """The cell as the reader would cut it, a little off."""
    x, y = _middle(place, row)
    scale = row * rng.uniform(0.94, 1.06)
    across = CELL_WIDTH * scale / WIDTH
    down = CELL_HEIGHT * scale * rng.uniform(0.95, 1.05) / HEIGHT
    lean, turn = rng.gauss(0, 0.02), rng.gauss(0, 0.008)
    x += rng.gauss(0, 0.04) * row
    y += rng.gauss(0, 0.03) * row
    to_sheet = np.array(
        [
            [across, lean * down, x - across * WIDTH / 2 - lean * down * HEIGHT / 2],
            [turn * across, down, y - turn * across * WIDTH / 2 - down * HEIGHT / 2],
        ]
    )
    # Much smaller than the original, it is first cut larger and then averaged.
    times = max(1, round(row * CELL_HEIGHT / HEIGHT))
    finer = to_sheet @ np.diag([1 / times, 1 / times, 1])
    finer[:, 2] += (to_sheet[:, :2] / (2 * times) - to_sheet[:, :2] / 2).sum(axis=1)
    cut = cv2.warpAffine(
        sheet,
        finer,
        (WIDTH * times, HEIGHT * times),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    cell = np.asarray(cv2.resize(cut, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
    return normalised(_narrowed(cell) if is_score else cell)


def _narrowed(cell: Grey) -> Grey:
    """As a score box, which is as wide as it is tall; its sides are filled with its ground."""
    side = (WIDTH - HEIGHT) // 2
    box = cell[:, side:-side]
    ground, ink = np.percentile(box, (25, 99))
    if box[:, [0, -1]].max() > (ground + ink) / 2:
        return cell  # too wide for a box
    narrowed = np.full_like(cell, round(float(ground)))
    narrowed[:, side:-side] = box
    return narrowed
