"""What a picture looks like, in 64 bits: pictures that look alike differ in few of them."""

from typing import Final

import cv2
import numpy as np

from ocr_service.engine import Colour

SIDE: Final = 8
FINER: Final = 32


def likeness(image: Colour) -> str:
    """The 64 bits in hexadecimal: which of the slowest waves of the picture are strong (pHash)."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, (FINER, FINER), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = cv2.dct(small)[:SIDE, :SIDE].flatten()
    bits = waves > np.median(waves[1:])  # the first is the brightness of the whole
    return np.packbits(bits).tobytes().hex()


def distance(one: str, other: str) -> int:
    """In how many bits two likenesses differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
