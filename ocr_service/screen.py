"""Decodes an uploaded picture, and asks each known layout whether the screen is its own."""

import cv2
import numpy as np

from events.reading import FailureReason, Reading, Unreadable
from ocr_service.engine import Colour, TextEngine
from ocr_service.layouts import LAYOUTS

SMALLEST_SIDE = 100


def decode(picture: bytes) -> Colour | None:
    """The pixels, upright, or nothing where `picture` is no whole PNG, JPEG or WebP."""
    if not picture:
        return None
    try:
        image = cv2.imdecode(np.frombuffer(picture, dtype=np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if image is None else np.asarray(image, dtype=np.uint8)


def read_screen(image: Colour, engine: TextEngine) -> Reading | Unreadable:
    """What the first layout that knows the screen reads."""
    if min(image.shape[:2]) >= SMALLEST_SIDE:
        for layout in LAYOUTS:
            outcome = layout.read(image, engine)
            if outcome is not None:
                return outcome
    return Unreadable(
        reason=FailureReason.NOT_A_STATS_SCREEN,
        detail="There is no match statistics screen on this picture. Please send the screenshot"
        " of eFootball's statistics after the match.",
    )
