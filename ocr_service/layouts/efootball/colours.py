"""Whether a table that was found has the colours of the game: yellow and navy in their places."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from ocr_service.engine import Colour
from ocr_service.layouts.efootball.geometry import RULES, Area
from ocr_service.layouts.efootball.straight import Homography, straighten

# Patches without text that are yellow, and others that are navy, on every such screen.
STRIP: Final = (Area(-7.5, -1.9, -6.0, -1.2), Area(6.0, -1.9, 7.5, -1.2))
BOXES: Final = (
    Area(-2.55, -3.6, -2.4, -2.3),
    Area(-1.1, -3.6, -0.95, -2.3),
    Area(0.95, -3.6, 1.1, -2.3),
    Area(2.4, -3.6, 2.55, -2.3),
)
NAVY: Final = tuple(
    area
    for row in range(0, RULES + 1, 2)
    for area in (Area(-7.8, row - 0.8, -7.5, row - 0.2), Area(7.5, row - 0.8, 7.8, row - 0.2))
)
THIN: Final = tuple(Area(-7.4, row - 0.06, -6.9, row + 0.06) for row in range(RULES))
FEWEST_NAVY: Final = 6
# Colours are compared on a small copy of the panel: this many pixels a row.
GLANCE: Final = 16
GLANCED: Final = Area(-8.5, -4.0, 8.5, 12.2)
LEAST_CONTRAST: Final = 40.0
# Thin lines lose half of their colour to compression.
LEAST_THIN_CONTRAST: Final = 25.0


def has_its_colours(image: Colour, to_pixels: Homography) -> bool:
    """Compare those patches that are inside the picture; the header may be cropped away."""
    glance = straighten(image, to_pixels, GLANCED, GLANCE).astype(np.float32)
    # How yellow: high for yellow, negative for navy, near zero for greys, whatever the light.
    yellowness = np.minimum(glance[..., 1], glance[..., 2]) - glance[..., 0]

    def seen(areas: Sequence[Area]) -> list[float]:
        inside = [area for area in areas if _is_inside(image, to_pixels, area)]
        return sorted(_mean(yellowness, area) for area in inside)

    navy, strip, boxes, thin = seen(NAVY), seen(STRIP), seen(BOXES), seen(THIN)
    if len(navy) < FEWEST_NAVY:
        return False
    # A chevron, a reflection or a crest of the stadium may touch a few of the patches.
    ground = navy[-3]
    if not strip:
        return bool(thin) and thin[len(thin) // 2] - ground > LEAST_THIN_CONTRAST
    yellow = min([*strip, *boxes[1:]])
    return yellow > 0 and yellow - ground > LEAST_CONTRAST


def _is_inside(image: Colour, to_pixels: Homography, area: Area) -> bool:
    corners = np.array([[[area.left, area.top]], [[area.right, area.bottom]]])
    places = cv2.perspectiveTransform(corners, to_pixels).reshape(2, 2)
    return bool((places >= 0).all() and (places < (image.shape[1], image.shape[0])).all())


def _mean(glance: npt.NDArray[np.float32], area: Area) -> float:
    top, bottom = ((y - GLANCED.top) * GLANCE for y in (area.top, area.bottom))
    left, right = ((x - GLANCED.left) * GLANCE for x in (area.left, area.right))
    return float(
        glance[round(top) : round(bottom), round(left) : max(round(right), round(left) + 1)].mean()
    )
