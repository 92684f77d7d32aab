"""The text engines, started once."""

import pytest

from ocr_service.engine import TextEngine
from ocr_service.tesseract import TesseractEngine
from ocr_service.tesserocr_engine import TesserocrEngine


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def engine() -> TextEngine:
    return TesserocrEngine()


@pytest.fixture(scope="session", params=[TesserocrEngine, TesseractEngine])
def each_engine(request: pytest.FixtureRequest) -> TextEngine:
    made: TextEngine = request.param()
    return made
