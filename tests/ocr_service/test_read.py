import pytest

from events.reading import FailureReason, Unreadable
from ocr_service.engine import TextEngine
from ocr_service.read import read


@pytest.mark.parametrize("picture", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_bytes_that_are_no_picture_are_unreadable(engine: TextEngine, picture: bytes) -> None:
    outcome = read(picture, engine)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is FailureReason.UNREADABLE
    assert outcome.detail.endswith(".")
