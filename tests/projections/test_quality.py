"""What players changed against what was read."""

from functools import reduce

import pytest
from msgspec.structs import replace

from events.match import Match, evolve
from events.matches import MatchEvent, StatsConfirmed
from events.stats import Pair, Side
from projections.quality import Outcome, Tries, comparison, outcome_of, size_of
from tests.examples import EXAMPLES, READING, UPLOADED

EXTRACTED = EXAMPLES["match.stats_extracted.v1"]
CONFIRMED = EXAMPLES["match.stats_confirmed.v1"]


def match_of(*events: MatchEvent) -> Match:
    match = reduce(evolve, events, None)
    assert match is not None
    return match


def confirmed(score: Pair, stats: dict[str, Pair], side: Side | None = Side.LEFT) -> Match:
    assert isinstance(CONFIRMED, StatsConfirmed)
    confirmation = replace(CONFIRMED, score=score, stats=stats, side=side)
    return match_of(UPLOADED, EXTRACTED, confirmation)


def test_a_value_that_the_player_left_counts_as_right() -> None:
    match = confirmed(Pair(4, 2), {"possession": Pair(42, 58)})
    assert comparison(match) == {"score": False, "stats.possession": False}


def test_a_value_that_the_player_changed_counts_as_wrong() -> None:
    match = confirmed(Pair(4, 3), {"possession": Pair(43, 57)})
    assert comparison(match) == {"score": True, "stats.possession": True}


def test_what_was_not_read_was_not_read_wrongly() -> None:
    # The right number of shots was not read.
    match = confirmed(Pair(4, 2), {"shots": Pair(17, 20), "saves": Pair(1, 1)})
    assert comparison(match) == {"score": False, "stats.shots": False}


def test_a_player_on_the_right_is_compared_from_there() -> None:
    match = confirmed(Pair(2, 4), {"possession": Pair(58, 42)}, Side.RIGHT)
    assert not any(comparison(match).values())


def test_without_a_reading_or_a_confirmation_nothing_is_compared() -> None:
    assert outcome_of(match_of(UPLOADED, EXTRACTED)) is None
    assert outcome_of(match_of(UPLOADED, CONFIRMED)) is None
    assert outcome_of(None) is None


def test_outcomes_are_kept_by_where_it_was_read() -> None:
    outcome = outcome_of(confirmed(Pair(4, 3), {"possession": Pair(42, 58)}))
    fields = ("score", "stats.possession")
    assert outcome == Outcome(READING.engine, READING.screen, "540p", fields, ("score",))


def test_a_match_that_changes_is_counted_once() -> None:
    tries = Tries()
    read = match_of(UPLOADED, EXTRACTED)
    wrong, right = confirmed(Pair(4, 3), {}), confirmed(Pair(4, 2), {})
    for before, after in ((None, read), (read, wrong), (wrong, right)):
        tries.change(before, after)
    [(*_, compared, corrected, matches)] = tries.rows()
    assert (compared, corrected, matches) == ("score", "", 1)


def test_fields_in_another_order_are_the_same_outcome() -> None:
    one = Outcome("engine", "screen", "540p", ("score", "penalties"), ())
    assert one.row == replace(one, compared=("penalties", "score")).row


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(960, 432, "480p"), (1600, 720, "720p"), (720, 1600, "720p"), (4000, 3000, "larger")],
)
def test_a_picture_is_classed_by_its_shorter_side(width: int, height: int, size: str) -> None:
    assert size_of(width, height) == size
