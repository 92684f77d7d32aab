"""Small pictures for lists, made of those that were decoded for reading anyway."""

from typing import Final

import cv2

from ocr_service.engine import Colour

WIDTH: Final = 320  # pixels
QUALITY: Final = 75


def thumbnail(image: Colour) -> bytes | None:
    """`image` in WebP, at most `WIDTH` wide; nothing where that cannot be."""
    height, width = image.shape[:2]
    if width > WIDTH:
        size = (WIDTH, max(1, round(height * WIDTH / width)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    try:
        made, packed = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    except cv2.error:
        return None
    return packed.tobytes() if made else None
