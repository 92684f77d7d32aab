"""The edges of a screenshot: black bars, a notch, cropped margins."""

from random import Random

import cv2
import numpy as np

from ocr_service.engine import Colour


def barred(image: Colour, rng: Random) -> Colour:
    """Black bars above and below, or beside."""
    height, width = image.shape[:2]
    down, across = 0, 0
    if rng.random() < 0.5:
        down = round(height * rng.uniform(0.03, 0.25))
    else:
        across = round(width * rng.uniform(0.03, 0.2))
    framed = cv2.copyMakeBorder(
        image, down, down, across, across, cv2.BORDER_CONSTANT, value=(0, 0, 0)
    )
    return np.asarray(framed, dtype=np.uint8)


def notched(image: Colour, rng: Random) -> Colour:
    """The picture beside a notch: pushed to one side, with round black corners."""
    height, width = image.shape[:2]
    notch = round(width * rng.uniform(0.02, 0.06))
    framed = cv2.copyMakeBorder(image, 0, 0, notch, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    reach = height // 3
    middle = (notch // 2, height // 2)
    cv2.ellipse(framed, middle, (notch // 2 + 4, reach // 2), 0, 0, 360, (0, 0, 0), -1)
    return np.asarray(framed[:, :-notch] if rng.random() < 0.5 else framed, dtype=np.uint8)


def cropped(image: Colour, rng: Random) -> Colour:
    """Less stadium, less grass, and less of both sides; header, table and names stay."""
    height, width = image.shape[:2]
    top, bottom = round(height * rng.uniform(0, 0.1)), round(height * rng.uniform(0, 0.13))
    side = round(max(0, width / 2 - height * 0.8) * rng.uniform(0, 1))
    other = round(max(0, width / 2 - height * 0.8) * rng.uniform(0, 1))
    return np.ascontiguousarray(image[top : height - bottom, side : width - other])
