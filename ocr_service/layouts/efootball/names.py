"""The two team names of the header band, where the script can be read."""

from typing import Final

import numpy as np
from msgspec import Struct

from ocr_service.engine import Grey, Line, TextEngine
from ocr_service.layouts.efootball.areas import name_area
from ocr_service.layouts.efootball.geometry import Area
from ocr_service.layouts.efootball.header import Header
from ocr_service.layouts.efootball.margins import framed, inverted
from ocr_service.layouts.efootball.panel import Panel

# Pixels a row. Readings of a script that the engine does not know differ from size to size.
SIZES: Final = (16, 24)
TIE_BREAK: Final = 20
LEAST_CONFIDENCE: Final = 0.8
# What a name is worth that only two of three sizes agree on.
OUTVOTED: Final = 0.85
LONGEST: Final = 255


class Name(Struct, frozen=True):
    """A name, or nothing where it could not be read, with the confidence."""

    text: str | None = None
    confidence: float = 0.0


def read_names(panel: Panel, header: Header, engine: TextEngine) -> tuple[Name, Name]:
    """The names on the left and on the right."""
    left, right = (_read(panel, name_area(header, side), engine) for side in ("left", "right"))
    return left, right


def _read(panel: Panel, area: Area | None, engine: TextEngine) -> Name:
    if area is None:
        return Name()
    first, second = engine.read_lines([_picture(panel, area, size) for size in SIZES])
    if first.text == second.text:
        return _name(first.text, _together(first, second))
    (third,) = engine.read_lines([_picture(panel, area, TIE_BREAK)])
    agreeing = [line for line in (first, second) if line.text == third.text]
    if not agreeing:
        return Name(None, min(third.confidence, 0.5))
    return _name(third.text, OUTVOTED * _together(agreeing[0], third))


def _together(one: Line, other: Line) -> float:
    """How sure two readings that agree make: half of the doubt that the surer one leaves."""
    return 1 - (1 - max(one.confidence, other.confidence)) / 2


def _name(text: str, confidence: float) -> Name:
    if not 0 < len(text) <= LONGEST or confidence < LEAST_CONFIDENCE:
        return Name(None, min(confidence, 0.5))
    return Name(text, confidence)


def _picture(panel: Panel, area: Area, size: int) -> Grey:
    return _trimmed(inverted(panel.cut(area, size)))


def _trimmed(picture: Grey) -> Grey:
    """The picture without the empty part beside the name, in a frame of its ground."""
    ground = float(np.median(picture))
    ink = np.flatnonzero((picture < ground - 60).any(axis=0))
    height = picture.shape[0]
    left, right = (ink[0], ink[-1]) if ink.size else (0, 0)
    shown = picture[:, max(0, int(left) - height // 3) : int(right) + height // 3]
    # The engine wants some air above and below the letters.
    return framed(shown, ground)
