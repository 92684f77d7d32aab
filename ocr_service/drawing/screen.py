"""Draws the eFootball statistics screen with known values, after the measured layout."""

from random import Random
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from events.reading import Phase
from events.stats import STATISTICS
from ocr_service.drawing import scenery
from ocr_service.drawing.lettering import Align, Ink, write, write_number, write_stencil
from ocr_service.drawing.matches import seeded
from ocr_service.drawing.scenery import NAVY, YELLOW
from ocr_service.engine import Colour
from ocr_service.layouts.efootball.languages import LANGUAGES
from ocr_service.truth import Truth

# Measured in pixels of a real 1600 x 720 screen, apart from what the reader assumes: a slip in
# one of them makes them disagree.
HEIGHT: Final = 720
NARROWEST: Final = 1280
PITCH: Final = 32
PENALTY_LINE: Final = 30


def draw(
    match: Truth, size: tuple[int, int] = (1600, 720), *, language: str = "en", seed: int = 0
) -> bytes:
    """The screen as PNG bytes; `size` is width and height, `seed` picks the scenery."""
    return encode(paint(match, size, language=language, seed=seed))


def encode(image: Colour, jpeg_quality: int | None = None) -> bytes:
    """PNG bytes, or JPEG bytes of the given quality (1 to 100)."""
    if jpeg_quality is None:
        return cv2.imencode(".png", image)[1].tobytes()
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality])[1].tobytes()


def paint(
    match: Truth, size: tuple[int, int] = (1600, 720), *, language: str = "en", seed: int = 0
) -> Colour:
    """The screen as pixels; on screens narrower than 16:9 the panel fills the width."""
    width, height = size
    scale = min(height / HEIGHT, width / NARROWEST)
    return _Painter(match, size, scale, language, seeded(seed)).paint()


class _Painter:
    """One picture in the making; x counts from the middle, y from the top of the panel at 720p."""

    def __init__(
        self, match: Truth, size: tuple[int, int], scale: float, language: str, rng: Random
    ) -> None:
        self._match = match
        self._width, self._height = size
        self._scale = scale
        self._words = LANGUAGES[language]
        self._rng = rng
        # A tablet shows more stadium above and more grass below.
        self._shift = (self._height - HEIGHT * scale) / 2
        self._raised = PENALTY_LINE if match.penalties else 0

    def paint(self) -> Colour:
        top, bottom = round(self._y(108 - self._raised)), round(self._y(612))
        self._image = np.vstack(
            [
                scenery.stadium(self._width, top, self._rng),
                np.full((bottom - top, self._width, 3), NAVY, np.uint8),
                scenery.grass(self._width, self._height - bottom, self._rng),
            ]
        )
        self._header()
        self._strip()
        self._sides()
        self._table()
        self._edges()
        return self._image

    def _header(self) -> None:
        up = self._raised
        middle = self._y(136 - up)
        for side in (-1, 1):
            self._fill(side * 56 - 28, 108 - up, side * 56 + 28, 163 - up, YELLOW)
        for side, value in zip((-1, 1), self._match.score or (), strict=False):
            at = (self._x(side * 56), middle)
            write_number(self._image, str(value), at, 26 * self._scale, NAVY)
        self._logo(middle)
        names = (
            (-102, self._match.left_name, Align.RIGHT),
            (102, self._match.right_name, Align.LEFT),
        )
        for x, name, align in names:
            write_stencil(self._image, name, (self._x(x), middle), 25 * self._scale, YELLOW, align)

    def _logo(self, middle: float) -> None:
        centre, reach = (round(self._x(0)), round(middle)), 18 * self._scale
        thick = max(1, round(5 * self._scale))
        axes = (round(reach), round(reach))
        cv2.ellipse(self._image, centre, axes, 0, 200, 340, YELLOW, thick, cv2.LINE_AA)
        cv2.ellipse(self._image, centre, axes, 0, 20, 160, YELLOW, thick, cv2.LINE_AA)
        self._fill(-18, 133 - self._raised, 18, 138 - self._raised, YELLOW)

    def _strip(self) -> None:
        self._fill(-2000, 164 - self._raised, 2000, 196, YELLOW)
        y = self._y(180)
        if self._match.phase:
            phase = _PHASES[self._match.phase]
            write(self._image, self._words.phase(phase), (self._x(0), y), 15 * self._scale, NAVY)
        if self._match.penalties:
            left, right = self._match.penalties
            line = f"{left} PK {right}"
            at = (self._x(0), self._y(180 - PENALTY_LINE))
            write(self._image, line, at, 15 * self._scale, NAVY)

    def _sides(self) -> None:
        top, bottom = self._y(196), self._y(612)
        edge = 257 * self._scale
        middle = self._x(0)
        panel = min(780 * self._scale, self._width / 2)
        scenery.chevrons(self._image, middle - panel, top, middle - edge, bottom, ahead=0.0)
        scenery.chevrons(self._image, middle + edge, top, middle + panel, bottom, ahead=0.26)
        for side in (-1, 1):
            x = middle + side * min(451 * self._scale, (panel + edge) / 2)
            scenery.crest(self._image, x, self._y(404), 160 * self._scale, self._rng)
        button = (self._x(526), self._y(656))
        scenery.next_button(self._image, *button, PITCH * self._scale)

    def _table(self) -> None:
        for row, statistic in enumerate(STATISTICS):
            y = self._y(213.3 + PITCH * row)
            if row:
                self._fill(-257, 197 + PITCH * row, 257, 199 + PITCH * row, YELLOW)
            write(self._image, self._words.labels[row], (self._x(0), y), 15.5 * self._scale, YELLOW)
            for x, value in zip((-189, 189), self._match.stats.get(statistic, ()), strict=False):
                text = f"{value}%" if row == 0 else str(value)
                write_number(self._image, text, (self._x(x), y), 16 * self._scale, YELLOW)

    def _edges(self) -> None:
        """Black pillars, where the screen is wider than the panel."""
        pillar = round(self._x(-780))
        if pillar > 0:
            self._image[:, :pillar] = 0
            self._image[:, -pillar:] = 0

    def _x(self, x: float) -> float:
        return self._width / 2 + x * self._scale

    def _y(self, y: float) -> float:
        return y * self._scale + self._shift

    def _fill(self, left: float, top: float, right: float, bottom: float, ink: Ink) -> None:
        """A rectangle whose edges may lie between pixels."""
        across = _cover(self._x(left), self._x(right), self._width)
        down = _cover(self._y(top), self._y(bottom), self._height)
        rows, columns = np.flatnonzero(down), np.flatnonzero(across)
        box = self._image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        cover = np.outer(down[rows], across[columns])[..., None]
        box[:] = (box * (1 - cover) + np.array(ink) * cover).round().astype(np.uint8)


def _cover(start: float, end: float, length: int) -> npt.NDArray[np.float64]:
    """How much of each pixel of a line lies between `start` and `end`."""
    pixels = np.arange(length)
    cover = np.minimum(pixels + 1, end) - np.maximum(pixels, start)
    return np.asarray(cover.clip(0, 1), dtype=np.float64)


_PHASES: Final = {
    "Half Time": Phase.HALF_TIME,
    "Full Time": Phase.FULL_TIME,
    "After Extra Time": Phase.AFTER_EXTRA_TIME,
}
