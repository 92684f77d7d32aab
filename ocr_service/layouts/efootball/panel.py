"""The panel of the statistics screen in a picture: checked by its colours, and cut into parts."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from ocr_service.engine import Colour, Grey
from ocr_service.layouts.efootball.geometry import Area
from ocr_service.layouts.efootball.rules import find_tables

# Patches without text that are yellow, and others that are navy, on every such screen.
STRIP: Final = (Area(-7.5, -1.9, -6.0, -1.2), Area(6.0, -1.9, 7.5, -1.2))
BOXES: Final = (
    Area(-2.55, -3.6, -2.4, -2.3),
    Area(-1.1, -3.6, -0.95, -2.3),
    Area(0.95, -3.6, 1.1, -2.3),
    Area(2.4, -3.6, 2.55, -2.3),
)
NAVY: Final = (
    *(Area(-7.8, row - 0.8, -7.5, row - 0.2) for row in range(0, 13, 2)),
    *(Area(7.5, row - 0.8, 7.8, row - 0.2) for row in range(0, 13, 2)),
)
# Colours are compared on a small copy of the panel: this many pixels a row.
GLANCE: Final = 16
GLANCED: Final = Area(-8.5, -4.0, 8.5, 12.2)
LEAST_CONTRAST: Final = 40.0


class Panel(Struct, frozen=True):
    """A found panel: the grey picture, and the map from rows (see geometry) to its pixels."""

    grey: Grey
    to_pixels: npt.NDArray[np.float64]

    @property
    def row_height(self) -> float:
        """Pixels between two rules, in the middle of the table."""
        ends = np.array([[[0.0, 5.0]], [[0.0, 6.0]]])
        upper, lower = cv2.perspectiveTransform(ends, self.to_pixels).reshape(2, 2)
        return float(np.hypot(*(lower - upper)))

    def cut(self, area: Area, pixels_a_row: float) -> Grey:
        """The picture of `area`, straightened, at the given scale."""
        # Much smaller than the original, it is first cut larger and then averaged.
        times = max(1, round(self.row_height / pixels_a_row))
        cut = _straighten(self.grey, self.to_pixels, area, pixels_a_row * times)
        if times == 1:
            return cut
        size = (round(cut.shape[1] / times), round(cut.shape[0] / times))
        return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def find_panel(image: Colour) -> Panel | None:
    """The panel in `image`, or nothing."""
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    for to_pixels in find_tables(grey):
        if _looks_right(image, to_pixels):
            return Panel(grey, to_pixels)
    return None


def _looks_right(image: Colour, to_pixels: npt.NDArray[np.float64]) -> bool:
    """Whether yellow and navy are where they belong."""
    glance = _straighten(image, to_pixels, GLANCED, GLANCE).astype(np.float32)
    # How yellow: high for yellow, negative for navy, near zero for greys, whatever the light.
    yellowness = np.minimum(glance[..., 1], glance[..., 2]) - glance[..., 0]
    strip = [_mean(yellowness, area) for area in STRIP]
    # The header may be cropped away.
    boxes = [_mean(yellowness, area) for area in BOXES if _is_inside(image, to_pixels, area)]
    navy = [_mean(yellowness, area) for area in NAVY]
    # A chevron, a reflection or a crest of the stadium may touch a few of the patches.
    low_yellow = min([*strip, *sorted(boxes)[1:]])
    high_navy = sorted(navy)[-3]
    return low_yellow - high_navy > LEAST_CONTRAST and low_yellow > 0


def _is_inside(image: Colour, to_pixels: npt.NDArray[np.float64], area: Area) -> bool:
    corners = np.array([[[area.left, area.top]], [[area.right, area.top]]])
    places = cv2.perspectiveTransform(corners, to_pixels).reshape(2, 2)
    return bool((places >= 0).all() and (places < (image.shape[1], image.shape[0])).all())


def _mean(glance: npt.NDArray[np.float32], area: Area) -> float:
    top, bottom = ((y - GLANCED.top) * GLANCE for y in (area.top, area.bottom))
    left, right = ((x - GLANCED.left) * GLANCE for x in (area.left, area.right))
    return float(
        glance[round(top) : round(bottom), round(left) : max(round(right), round(left) + 1)].mean()
    )


def _straighten(
    picture: npt.NDArray[np.uint8],
    to_pixels: npt.NDArray[np.float64],
    area: Area,
    pixels_a_row: float,
) -> npt.NDArray[np.uint8]:
    width = round((area.right - area.left) * pixels_a_row)
    height = round((area.bottom - area.top) * pixels_a_row)
    # Pixel centres: the corner of the area is half a pixel before the first centre.
    to_rows = np.array(
        [
            [1 / pixels_a_row, 0, area.left + 0.5 / pixels_a_row],
            [0, 1 / pixels_a_row, area.top + 0.5 / pixels_a_row],
            [0, 0, 1],
        ]
    )
    half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    return np.asarray(
        cv2.warpPerspective(
            picture,
            half @ to_pixels @ to_rows,
            (width, height),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        dtype=np.uint8,
    )
