"""The drawn screens are what they are asked to be."""

import cv2
import numpy as np
import pytest

from events.stats import STATISTICS
from ocr_service.drawing import draw, encode, paint, random_match, seeded
from ocr_service.drawing.face import text_mask
from ocr_service.layouts.efootball.languages import LANGUAGES


def test_same_seed_draws_the_same_picture() -> None:
    match = random_match(seeded(4))
    assert random_match(seeded(4)) == match
    assert draw(match, seed=9) == draw(match, seed=9)
    assert draw(match, seed=9) != draw(match, seed=10)


@pytest.mark.parametrize("size", [(960, 432), (1600, 720), (1024, 768)])
def test_drawn_picture_has_the_asked_size(size: tuple[int, int]) -> None:
    image = cv2.imdecode(np.frombuffer(draw(random_match(seeded(1)), size), np.uint8), 1)
    assert image is not None
    assert image.shape == (size[1], size[0], 3)


def test_jpeg_is_smaller_than_png() -> None:
    image = paint(random_match(seeded(1)), (960, 432))
    assert len(encode(image, 60)) < len(encode(image)) / 2


def test_random_matches_are_possible_matches() -> None:
    rng = seeded(0)
    matches = [random_match(rng) for _ in range(200)]
    for match in matches:
        assert tuple(match.stats) == STATISTICS
        assert sum(match.stats["possession"]) == 100
        for side in (0, 1):
            assert match.stats["shots_on_target"][side] <= match.stats["shots"][side]
            assert match.stats["completed_passes"][side] <= match.stats["passes"][side]
        if match.penalties:
            assert match.score
            assert match.score[0] == match.score[1]
            assert match.penalties[0] != match.penalties[1]
    assert any(match.penalties for match in matches)
    assert any(max(match.score or (0, 0)) > 9 for match in matches)


def test_every_digit_looks_different() -> None:
    masks = [text_mask(digit, 48).astype(int) for digit in "023456789"]
    width = min(mask.shape[1] for mask in masks)
    for number, one in enumerate(masks):
        for other in masks[number + 1 :]:
            assert np.abs(one[:, :width] - other[:, :width]).mean() > 15


def test_every_language_names_all_rows_and_phases() -> None:
    assert all(len(language.labels) == len(STATISTICS) for language in LANGUAGES.values())
    assert len({language.phases for language in LANGUAGES.values()}) == len(LANGUAGES)
