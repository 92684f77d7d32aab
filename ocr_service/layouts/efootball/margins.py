"""What text engines like: dark letters on a light ground, with some of that ground around them."""

from typing import Final

import cv2
import numpy as np

from ocr_service.engine import Grey

# Pixels.
MARGIN: Final = 10


def inverted(picture: Grey) -> Grey:
    """Dark for light and light for dark."""
    return np.asarray(cv2.bitwise_not(picture), dtype=np.uint8)


def widened(picture: Grey) -> Grey:
    """With a margin in which the edge of the picture goes on."""
    framed = cv2.copyMakeBorder(picture, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE)
    return np.asarray(framed, dtype=np.uint8)


def framed(picture: Grey, ground: float, *, down: int = MARGIN, across: int = MARGIN) -> Grey:
    """With a margin of one shade, as where letters are cut close."""
    with_margin = cv2.copyMakeBorder(
        picture, down, down, across, across, cv2.BORDER_CONSTANT, value=(ground,)
    )
    return np.asarray(with_margin, dtype=np.uint8)
