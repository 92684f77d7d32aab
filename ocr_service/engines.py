"""The text engines by name, and which one is used when nobody says."""

from typing import Final

from ocr_service.engine import TextEngine

DEFAULT: Final = "tesserocr"


def engine(name: str = DEFAULT) -> TextEngine:
    """The engine called `name`; raises `ValueError` for an unknown one."""
    # Imported when asked for: each brings a large library, and one of them is optional.
    match name:
        case "tesserocr":
            from ocr_service.tesserocr_engine import TesserocrEngine

            return TesserocrEngine()
        case "tesseract":
            from ocr_service.tesseract import TesseractEngine

            return TesseractEngine()
    raise ValueError(f"There is no text engine called {name!r}.")
