"""Small pictures, and what tells pictures that look alike."""

import cv2
import numpy as np
import pytest

from ocr_service.drawing import paint, random_match, seeded
from ocr_service.drawing.degrade import jpeg
from ocr_service.engine import Colour
from ocr_service.likeness import distance, likeness
from ocr_service.thumbnails import thumbnail


def decoded(picture: bytes | None) -> Colour:
    assert picture is not None
    assert picture[8:12] == b"WEBP"
    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


@pytest.mark.parametrize(
    ("size", "small"),
    [((540, 1200), (144, 320)), ((2, 3000), (1, 320)), ((100, 200), (100, 200))],
)
def test_a_thumbnail_is_at_most_320_wide_and_has_the_shape_of_its_picture(
    size: tuple[int, int], small: tuple[int, int]
) -> None:
    assert decoded(thumbnail(np.full((*size, 3), 90, np.uint8))).shape[:2] == small


def test_a_thumbnail_shows_its_picture() -> None:
    image = paint(random_match(seeded(3)), (1200, 540), seed=3)
    made = thumbnail(image)
    assert made is not None
    assert len(made) < 20_000
    assert distance(likeness(decoded(made)), likeness(image)) <= 4


def test_a_picture_compressed_again_looks_the_same() -> None:
    image = paint(random_match(seeded(4)), (1200, 540), seed=4)
    assert distance(likeness(jpeg(image, 50, seeded(1))), likeness(image)) <= 4


def test_another_picture_looks_different() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (540, 1200, 3), np.uint8)
    image = paint(random_match(seeded(4)), (1200, 540), seed=4)
    assert distance(likeness(noise), likeness(image)) > 10
