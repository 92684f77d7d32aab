"""RapidOCR (PP-OCR models on ONNX Runtime): slower, but knows Chinese and Japanese. Optional."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import cv2
import numpy as np
from rapidocr import RapidOCR  # type: ignore[import-not-found, unused-ignore]  # an extra

from ocr_service.engine import Grey, Line, Word

# The classifier of the direction turns a lone 9 upside down and calls it 6.
PARAMETERS = {"Global.use_cls": False, "Global.log_level": "error"}


class RapidOcrEngine:
    """A `TextEngine` over the models that come with the package."""

    def __init__(self) -> None:
        # What a call gives back depends on its arguments; the types of the package cannot say so.
        self._engine: Any = RapidOCR(params=PARAMETERS)
        self.name = f"rapidocr {version('rapidocr')}"

    def read_lines(self, pictures: Sequence[Grey], alphabet: str = "") -> list[Line]:
        return [self._line(picture, alphabet) for picture in pictures]

    def find_words(self, picture: Grey) -> list[Word]:
        found = self._engine(_coloured(picture), use_det=True, use_cls=False, use_rec=True)
        if found.boxes is None:
            return []
        return [
            _word(corners, text, score)
            for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        ]

    def _line(self, picture: Grey, alphabet: str) -> Line:
        found = self._engine(_coloured(picture), use_det=False, use_cls=False, use_rec=True)
        text = found.txts[0].strip() if found.txts else ""
        # The models cannot be told an alphabet: what is not in it makes the line unread.
        if not text or (alphabet and not set(text) <= set(alphabet)):
            return Line("", 0.0)
        return Line(text, float(found.scores[0]))


def _coloured(picture: Grey) -> Grey:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def _word(corners: Sequence[Sequence[float]], text: str, score: float) -> Word:
    across, down = zip(*corners, strict=True)
    left, top = round(min(across)), round(min(down))
    return Word(
        text=text.strip(),
        confidence=float(score),
        left=left,
        top=top,
        width=round(max(across)) - left,
        height=round(max(down)) - top,
    )
