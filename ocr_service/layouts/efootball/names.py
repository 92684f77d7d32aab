"""The two team names of the header band, where the script can be read."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from msgspec import Struct

from ocr_service.engine import Grey, Line, TextEngine
from ocr_service.layouts.efootball import geometry
from ocr_service.layouts.efootball.geometry import Area
from ocr_service.layouts.efootball.panel import Panel

# The same name is read at several sizes: readings of a script the engine does not know differ.
SIZES: Final = (12, 16, 20)
LEAST_CONFIDENCE: Final = 0.6
LONGEST: Final = 255


class Name(Struct, frozen=True):
    """A name, or nothing where it could not be read, with the confidence."""

    text: str | None
    confidence: float
    is_shown: bool


def read_names(panel: Panel, engine: TextEngine) -> tuple[Name, Name]:
    """The names on the left and on the right."""
    reach = geometry.NAME_EDGE + geometry.LONGEST_NAME
    right = Area(geometry.NAME_EDGE, geometry.HEADER_TOP + 0.15, reach, geometry.STRIP_TOP - 0.1)
    names = []
    for area in (right.mirrored(), right):
        pictures = [_dark_on_light(panel.cut(area, size)) for size in SIZES]
        shown = [
            picture for picture in (_trim(picture) for picture in pictures) if picture is not None
        ]
        names.append(
            _agreed(engine.read_lines(shown)) if shown else Name(None, 0.0, is_shown=False)
        )
    return names[0], names[1]


def _dark_on_light(picture: Grey) -> Grey:
    return np.asarray(cv2.bitwise_not(picture), dtype=np.uint8)


def _trim(picture: Grey) -> Grey | None:
    """The picture without the empty part beside the name, or nothing where all is empty."""
    ground = float(np.median(picture))
    ink = np.flatnonzero((picture < ground - 60).any(axis=0))
    if ink.size == 0:
        return None
    height = picture.shape[0]
    left, right = max(0, int(ink[0]) - height // 3), int(ink[-1]) + height // 3
    # The engine wants some air above and below the letters.
    framed = cv2.copyMakeBorder(
        picture[:, left:right], 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=(ground,)
    )
    return np.asarray(framed, dtype=np.uint8)


def _agreed(lines: Sequence[Line]) -> Name:
    """The reading that most sizes agree on, if it is most of them."""
    texts = [line.text for line in lines]
    text = max(texts, key=texts.count)
    votes = [line.confidence for line in lines if line.text == text]
    share = len(votes) / len(lines)
    confidence = share * max(votes)
    if not text or share <= 0.5 or confidence < LEAST_CONFIDENCE or len(text) > LONGEST:
        return Name(None, min(confidence, 0.5), is_shown=True)
    return Name(text, confidence, is_shown=True)
