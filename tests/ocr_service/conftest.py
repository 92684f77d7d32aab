"""The text engines, started once."""

from importlib.util import find_spec

import pytest

from ocr_service import engines
from ocr_service.engine import TextEngine

needs_rapidocr = pytest.mark.skipif(
    find_spec("rapidocr") is None, reason="RapidOCR is an optional extra and not installed"
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def engine() -> TextEngine:
    return engines.engine()


@pytest.fixture(
    scope="session",
    params=["tesserocr", "tesseract", pytest.param("rapidocr", marks=needs_rapidocr)],
)
def each_engine(request: pytest.FixtureRequest) -> TextEngine:
    return engines.engine(request.param)
