"""The labels of the rows, as a check that the table is that of a match, in any language."""

from difflib import SequenceMatcher
from typing import Final

import cv2
import numpy as np

from ocr_service.engine import Grey, TextEngine
from ocr_service.layouts.efootball import geometry
from ocr_service.layouts.efootball.languages import LANGUAGES
from ocr_service.layouts.efootball.panel import Panel

SCALE: Final = 48
FRAME: Final = 8
# Possession, shots on target, passes, tackles: long words, far apart.
LOOKED_AT: Final = (0, 2, 7, 11)
FEWEST_RIGHT: Final = 2
LEAST_LIKENESS: Final = 0.75


def are_of_a_match(panel: Panel, engine: TextEngine) -> bool:
    """Whether some labels are those of their rows, all in the same language."""
    pictures = [_dark_on_light(panel.cut(geometry.label(row), SCALE)) for row in LOOKED_AT]
    seen = [line.text.casefold() for line in engine.read_lines(pictures)]
    return any(
        sum(
            SequenceMatcher(None, text, words.labels[row].casefold()).ratio() >= LEAST_LIKENESS
            for row, text in zip(LOOKED_AT, seen, strict=True)
        )
        >= FEWEST_RIGHT
        for words in LANGUAGES.values()
    )


def _dark_on_light(label: Grey) -> Grey:
    framed = cv2.copyMakeBorder(label, FRAME, FRAME, FRAME, FRAME, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.bitwise_not(framed), dtype=np.uint8)
