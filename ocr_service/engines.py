"""The text engines by name, and which one is used when nobody says."""

from collections.abc import Callable
from typing import Final

from ocr_service.engine import TextEngine

DEFAULT: Final = "tesserocr"


def engine(name: str = DEFAULT) -> TextEngine:
    """The engine called `name`; raises `ValueError` for an unknown one."""
    if name not in ENGINES:
        raise ValueError(
            f"There is no text engine called {name!r}; there are {', '.join(ENGINES)}."
        )
    return ENGINES[name]()


# Each engine brings a large library, and one of them is optional: they load when asked for.


def _tesserocr() -> TextEngine:
    from ocr_service.tesserocr_engine import TesserocrEngine

    return TesserocrEngine()


def _tesseract() -> TextEngine:
    from ocr_service.tesseract import TesseractEngine

    return TesseractEngine()


def _rapidocr() -> TextEngine:
    from ocr_service.rapidocr_engine import RapidOcrEngine

    return RapidOcrEngine()


ENGINES: Final[dict[str, Callable[[], TextEngine]]] = {
    "tesserocr": _tesserocr,
    "tesseract": _tesseract,
    "rapidocr": _rapidocr,
}
