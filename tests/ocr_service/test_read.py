"""Any bytes become a reading or a reason."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.reading import FailureReason, Reading, Unreadable
from events.stats import Sides
from ocr_service.drawing import encode, paint, random_match, seeded
from ocr_service.engine import TextEngine
from ocr_service.engines import engine as make_engine
from ocr_service.read import read

MATCH = random_match(seeded(12))
IMAGE = paint(MATCH, (960, 432))
JPEG = encode(IMAGE, 85)


@pytest.mark.parametrize("picture", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_bytes_that_are_no_picture_are_unreadable(engine: TextEngine, picture: bytes) -> None:
    outcome = read(picture, engine)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is FailureReason.UNREADABLE
    assert outcome.detail.endswith(".")


@pytest.mark.parametrize(
    "picture",
    [
        encode(IMAGE),
        JPEG,
        cv2.imencode(".webp", IMAGE, [cv2.IMWRITE_WEBP_QUALITY, 85])[1].tobytes(),
        cv2.imencode(".png", cv2.cvtColor(IMAGE, cv2.COLOR_BGR2BGRA))[1].tobytes(),
        cv2.imencode(".png", IMAGE.astype(np.uint16) * 257)[1].tobytes(),
    ],
    ids=["png", "jpeg", "webp", "png with alpha", "png of 16 bits"],
)
def test_every_kind_of_picture_is_read(engine: TextEngine, picture: bytes) -> None:
    reading = read(picture, engine)
    assert isinstance(reading, Reading)
    assert reading.stats == {key: Sides(*pair) for key, pair in MATCH.stats.items()}
    assert reading.milliseconds > 0
    assert reading.engine.startswith("tesserocr ")


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (99, 2000), (2500, 101)])
def test_strange_shapes_are_refused(engine: TextEngine, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (*shape, 3), np.uint8)
    outcome = read(encode(noise), engine)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is FailureReason.NOT_A_STATS_SCREEN


@settings(max_examples=15, deadline=None)
@given(
    place=st.integers(0, len(JPEG) - 1), junk=st.binary(min_size=1, max_size=40), cut=st.booleans()
)
def test_damaged_file_is_read_or_refused(place: int, junk: bytes, cut: bool) -> None:  # noqa: FBT001
    rest = b"" if cut else JPEG[place + len(junk) :]
    outcome = read(JPEG[:place] + junk + rest, _ENGINE)
    assert isinstance(outcome, Reading | Unreadable)


# Hypothesis takes no fixtures.
_ENGINE = make_engine()
