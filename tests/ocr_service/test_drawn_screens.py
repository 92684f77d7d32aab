"""Drawn screens are read without a wrong number; near-misses give none."""

import numpy as np
import pytest

from events.reading import FailureReason, Phase, Reading, Unreadable
from events.stats import Sides
from ocr_service.drawing import draw, encode, paint, random_match, seeded
from ocr_service.drawing.near_misses import NEAR_MISSES
from ocr_service.drawing.samples import KINDS, Sample, samples
from ocr_service.engine import TextEngine
from ocr_service.layouts.efootball.languages import LANGUAGES
from ocr_service.read import read
from ocr_service.scoring import compare
from ocr_service.truth import Truth

COUNT = len(KINDS)
SCREENS = [number for number, kind in enumerate(KINDS) if kind != "near_miss"]


@pytest.fixture(scope="module")
def drawn() -> list[Sample]:
    return list(samples(seed=77, count=COUNT))


def test_same_seed_draws_the_same_set(drawn: list[Sample]) -> None:
    assert list(samples(seed=77, count=COUNT)) == drawn
    assert {sample.truth.kind for sample in drawn} == set(KINDS)


@pytest.mark.parametrize("number", SCREENS)
def test_every_number_of_a_drawn_screen_is_right(
    engine: TextEngine, drawn: list[Sample], number: int
) -> None:
    sample = drawn[number]
    outcome = read(sample.picture, engine)
    numbers = [one for one in compare(outcome, sample.truth) if one.is_number]
    assert len(numbers) >= 28
    assert [one for one in numbers if one.verdict != "right"] == []


@pytest.mark.parametrize("name", sorted(NEAR_MISSES))
def test_no_number_is_read_where_there_are_no_statistics(engine: TextEngine, name: str) -> None:
    outcome = read(encode(NEAR_MISSES[name](seeded(5))), engine)
    assert isinstance(outcome, Unreadable)
    assert outcome.detail.endswith(".")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_language_of_the_game_does_not_matter(engine: TextEngine, language: str) -> None:
    match = random_match(seeded(8))
    reading = read(draw(match, language=language), engine)
    assert isinstance(reading, Reading)
    assert reading.stats == {key: Sides(*pair) for key, pair in match.stats.items()}
    assert reading.score == Sides(*match.score or ())


@pytest.mark.parametrize(
    ("shown", "phase"),
    [
        ("Half Time", Phase.HALF_TIME),
        ("Full Time", Phase.FULL_TIME),
        ("After Extra Time", Phase.AFTER_EXTRA_TIME),
    ],
)
def test_phase_is_read(engine: TextEngine, shown: str, phase: Phase) -> None:
    truth = Truth(score=(1, 0), phase=shown, stats=random_match(seeded(2)).stats)
    reading = read(draw(truth), engine)
    assert isinstance(reading, Reading)
    assert reading.phase is phase
    is_warned = any("half time" in warning for warning in reading.warnings)
    assert is_warned == (phase is Phase.HALF_TIME)


@pytest.mark.parametrize("penalties", [(4, 3), (11, 10), (0, 3)])
def test_shoot_out_is_read(engine: TextEngine, penalties: tuple[int, int]) -> None:
    truth = Truth(
        left_name="iconics",
        right_name="Bayern",
        score=(2, 2),
        phase="After Extra Time",
        penalties=penalties,
        stats=random_match(seeded(3)).stats,
    )
    reading = read(draw(truth), engine)
    assert isinstance(reading, Reading)
    assert reading.penalties == Sides(*penalties)
    assert reading.phase is Phase.AFTER_EXTRA_TIME
    assert (reading.left_name, reading.right_name) == ("iconics", "Bayern")


def test_unreadable_number_is_absent_and_named(engine: TextEngine) -> None:
    image = paint(random_match(seeded(6)), (1600, 720))
    noise = np.random.default_rng(1).integers(0, 255, (30, 90, 3), np.uint8)
    image[199:229, 566:656] = noise  # over both of possession
    image[199:229, 944:1034] = noise
    image[391:421, 944:1034] = (98, 0, 0)  # nothing left of the right free kicks
    reading = read(encode(image), engine)
    assert isinstance(reading, Reading)
    assert "possession" not in reading.stats
    assert reading.stats["free_kicks"].right is None
    assert any("possession of both sides" in warning for warning in reading.warnings)
    assert any("free kicks on the right" in warning for warning in reading.warnings)


def test_impossible_numbers_are_doubted(engine: TextEngine) -> None:
    stats = random_match(seeded(6)).stats | {"possession": (60, 50), "shots": (3, 9)}
    reading = read(draw(Truth(score=(1, 0), stats=stats | {"shots_on_target": (7, 2)})), engine)
    assert isinstance(reading, Reading)
    assert reading.confidence["stats.possession"] <= 0.8
    assert reading.confidence["stats.shots"] <= 0.8
    assert sum("Please check" in warning for warning in reading.warnings) == 2


def test_blurred_beyond_reading_gives_a_reason(engine: TextEngine) -> None:
    blank = Truth(left_name="iconics", right_name="Bayern", score=(1, 0), phase="Full Time")
    outcome = read(draw(blank), engine)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason in {FailureReason.UNREADABLE, FailureReason.NOT_A_STATS_SCREEN}
