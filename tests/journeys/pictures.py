"""Pictures for journeys: drawn ones with known values, and the real ones where they are."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr_service.drawing import Truth, draw, random_match, seeded

SHARED = Path(__file__).parent.parent.parent.parent / "shared" / "screenshots"


@cache
def drawn(seed: int) -> tuple[bytes, Truth]:
    """A drawn statistics screen and what stands on it."""
    truth = random_match(seeded(seed))
    return draw(truth), truth


def real() -> list[tuple[Path, dict[str, Any]]]:
    """The real screens and their truth; none where the pictures are missing."""
    if not SHARED.exists():
        return []
    truths = json.loads((SHARED / "efootball" / "truth.json").read_text(encoding="utf-8"))
    return [(SHARED / truth["file"], truth) for truth in truths]


@cache
def noise() -> bytes:
    """A picture in which there is nothing to read, and that is seen at a glance."""
    pixels = np.random.default_rng(21).integers(0, 256, (64, 64, 3), np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()
