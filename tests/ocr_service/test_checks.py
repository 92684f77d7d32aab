"""What the numbers of one screen must satisfy together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.reading import Phase
from events.stats import STATISTICS, Sides
from ocr_service.checks import (
    NAMES,
    contradictions,
    is_in_range,
    phase_warnings,
    shoot_out_contradictions,
    unread,
)

COMPLETE = {statistic: Sides(1, 1) for statistic in STATISTICS} | {"possession": Sides(40, 60)}


def test_possible_numbers_raise_no_objection() -> None:
    assert list(contradictions(COMPLETE)) == []
    assert list(unread(COMPLETE, Sides(0, 0))) == []


def test_possession_must_add_up_to_100() -> None:
    ((doubted, sentence),) = contradictions(COMPLETE | {"possession": Sides(40, 61)})
    assert doubted == ("possession",)
    assert "101" in sentence


@pytest.mark.parametrize(
    ("part", "whole"), [("shots_on_target", "shots"), ("completed_passes", "passes")]
)
def test_part_may_not_exceed_the_whole(part: str, whole: str) -> None:
    stats = COMPLETE | {part: Sides(5, 9), whole: Sides(5, 8)}
    ((doubted, sentence),) = contradictions(stats)
    assert doubted == (part, whole)
    assert "right" in sentence
    assert "9" in sentence


def test_missing_numbers_are_not_compared() -> None:
    assert list(contradictions({"shots_on_target": Sides(5, 5), "shots": Sides(None, 6)})) == []
    assert list(contradictions({"possession": Sides(40)})) == []


def test_each_missing_number_is_named() -> None:
    stats = COMPLETE | {"fouls": Sides(None, 3), "saves": Sides()}
    sentences = list(unread(stats, Sides(None, 2)))
    assert len(sentences) == 3
    assert "score on the left" in sentences[0]
    assert "fouls on the left" in sentences[1]
    assert "saves of both sides" in sentences[2]


@given(value=st.integers(-5, 20_000), statistic=st.sampled_from(STATISTICS))
def test_range_is_that_of_the_statistic(value: int, statistic: str) -> None:
    greatest = 100 if statistic == "possession" else 9999
    assert is_in_range(statistic, value) == (0 <= value <= greatest)


def test_unfinished_or_unknown_phase_is_warned_about() -> None:
    assert not list(phase_warnings(Phase.FULL_TIME))
    assert not list(phase_warnings(Phase.AFTER_EXTRA_TIME))
    assert "half time" in next(phase_warnings(Phase.HALF_TIME))
    assert "could not be read" in next(phase_warnings(None))


def test_shoot_out_needs_a_level_match_and_a_winner() -> None:
    assert not list(shoot_out_contradictions(Sides(2, 2), Sides(4, 3)))
    assert not list(shoot_out_contradictions(Sides(2, 1), None))
    assert "not level" in next(shoot_out_contradictions(Sides(2, 1), Sides(4, 3)))[1]
    assert "no winner" in next(shoot_out_contradictions(Sides(2, 2), Sides(4, 4)))[1]


def test_shoot_out_that_cannot_be_read_is_named() -> None:
    (sentence,) = unread(COMPLETE, Sides(1, 1), Sides(4, None))
    assert "shoot-out" in sentence


def test_every_statistic_has_a_name_for_people() -> None:
    assert tuple(NAMES) == STATISTICS
