"""The labels of the rows, as a check that the table is that of a match, in any language."""

from difflib import SequenceMatcher
from typing import Final

from ocr_service.engine import TextEngine
from ocr_service.layouts.efootball import geometry
from ocr_service.layouts.efootball.languages import LANGUAGES
from ocr_service.layouts.efootball.margins import inverted, widened
from ocr_service.layouts.efootball.panel import Panel

SCALE: Final = 48
# Possession, shots on target, passes, tackles: long words, far apart.
LOOKED_AT: Final = (0, 2, 7, 11)
FEWEST_RIGHT: Final = 2
LEAST_LIKENESS: Final = 0.75


def are_of_a_match(panel: Panel, engine: TextEngine) -> bool:
    """Whether some labels are those of their rows, all in the same language."""
    pictures = [widened(inverted(panel.cut(geometry.label(row), SCALE))) for row in LOOKED_AT]
    seen = [line.text.casefold() for line in engine.read_lines(pictures)]
    return any(
        sum(
            SequenceMatcher(None, text, words.labels[row].casefold()).ratio() >= LEAST_LIKENESS
            for row, text in zip(LOOKED_AT, seen, strict=True)
        )
        >= FEWEST_RIGHT
        for words in LANGUAGES.values()
    )
