"""Whose side of the screen is whose."""

import pytest
from msgspec.structs import replace

from events.match import Match, evolve
from events.matches import StatsExtracted
from events.names import fold
from events.perspective import numbers_of, perspective_of
from events.stats import Pair, Side
from tests.examples import EXAMPLES, READING, UPLOADED


def read_match(*, side: Side | None = None, opponent: str = "Yassine") -> Match:
    extracted = EXAMPLES["match.stats_extracted.v1"]
    assert isinstance(extracted, StatsExtracted)
    return evolve(evolve(None, replace(UPLOADED, side=side, opponent_name=opponent)), extracted)


def test_the_side_that_the_player_said_counts() -> None:
    match = read_match(side=Side.RIGHT, opponent="iconics")
    assert perspective_of(match).side is Side.RIGHT


@pytest.mark.parametrize(
    ("opponent", "side"), [("ICONICS", Side.LEFT), ("borussia  dortmund", Side.RIGHT)]
)
def test_the_opponents_name_tells_the_side(opponent: str, side: Side) -> None:
    assert perspective_of(read_match(opponent=opponent)).side is side


def test_an_unknown_side_stays_unknown_and_is_taken_for_left() -> None:
    perspective = perspective_of(read_match(opponent="Somebody"))
    assert perspective.side is None
    assert perspective.side_or_left is Side.LEFT


@pytest.mark.parametrize(
    ("own_names", "side"),
    [(("iconics",), Side.RIGHT), (("x", "borussiadortmund"), Side.LEFT), (("x",), None)],
)
def test_a_name_that_the_player_had_before_tells_the_side(
    own_names: tuple[str, ...], side: Side | None
) -> None:
    match = replace(read_match(opponent="Somebody"), own_names=own_names)
    assert perspective_of(match).side is side


def test_the_opponents_name_counts_before_ones_own() -> None:
    match = replace(read_match(opponent="iconics"), own_names=("iconics",))
    assert perspective_of(match).side is Side.LEFT


def test_one_name_on_both_sides_tells_nothing() -> None:
    match = read_match(opponent="iconics")
    twins = replace(match, reading=replace(READING, left_name="Iconics"))
    assert perspective_of(twins).side is None


def test_numbers_are_turned_for_a_player_on_the_right() -> None:
    numbers = numbers_of(READING, Side.RIGHT)
    assert numbers.score == Pair(2, 4)
    assert numbers.stats["possession"] == Pair(58, 42)
    assert numbers.stats["shots"] == Pair(None, 17)


@pytest.mark.parametrize("name", ["FC Köln", "fc koln", "F.C. KÖLN", "Fc-Köln"])
def test_spellings_of_one_name_fold_together(name: str) -> None:
    assert fold(name) == "fckoln"


def test_a_name_of_signs_alone_folds_to_itself() -> None:
    assert fold(" *** ") == "***"
