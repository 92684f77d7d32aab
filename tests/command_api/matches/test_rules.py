"""What may be done with a match, and what is refused."""

from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from msgspec.structs import replace

from command_api.matches import rules
from command_api.matches.commands import (
    ConfirmStats,
    DeleteMatch,
    MatchCommand,
    RecordFailure,
    RecordReading,
    RequestExtraction,
    RestoreMatch,
)
from events.base import Cause
from events.match import Match, evolve
from events.matches import (
    Confirmation,
    ExtractionFailed,
    ExtractionRequested,
    MatchDeleted,
    MatchEvent,
    MatchRestored,
    StatsConfirmed,
    StatsCorrected,
    StatsExtracted,
)
from events.reading import FailureReason
from events.refusals import Invalid, NotFound
from events.stats import Pair, Side, Sides
from tests.examples import EXAMPLES, NOON, READING, REQUEST_ID, UPLOADED, cause

EXTRACTED = EXAMPLES["match.stats_extracted.v1"]
FAILED = EXAMPLES["match.extraction_failed.v1"]
CONFIRMED = EXAMPLES["match.stats_confirmed.v1"]
DELETED = EXAMPLES["match.deleted.v1"]
NOW = cause(99)


def given(*events: MatchEvent) -> Match:
    match = reduce(evolve, events, None)
    assert match is not None
    return match


def decide(match: Match, command: MatchCommand, cause: Cause) -> MatchEvent | None:
    """The one event that comes of a command, if any."""
    events = rules.decide(match, command, cause)
    assert len(events) <= 1
    return events[0] if events else None


def confirm(match: Match, command: ConfirmStats) -> Confirmation:
    event = decide(match, command, NOW)
    assert isinstance(event, Confirmation)
    return event


def refusal(match: Match, command: ConfirmStats) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        decide(match, command, NOW)
    return refused.value.fields


def test_the_first_confirmation_confirms_and_the_next_corrects() -> None:
    command = ConfirmStats(score_user=1, score_opponent=0)
    assert isinstance(decide(given(UPLOADED), command, NOW), StatsConfirmed)
    assert isinstance(decide(given(UPLOADED, CONFIRMED), command, NOW), StatsCorrected)


def test_every_event_takes_the_next_version_and_its_cause() -> None:
    event = decide(given(UPLOADED, EXTRACTED), DeleteMatch(), NOW)
    assert event is not None
    assert event.version == EXTRACTED.version + 1
    assert event.cause == NOW


def test_what_is_left_out_stays_as_it_was_read() -> None:
    event = confirm(given(UPLOADED, EXTRACTED), ConfirmStats())
    assert event.score == Pair(4, 2)
    assert event.stats["possession"] == Pair(42, 58)
    assert event.changed == ()


def test_what_is_left_out_stays_as_it_was_confirmed() -> None:
    event = confirm(given(UPLOADED, EXTRACTED, CONFIRMED), ConfirmStats(score_user=5))
    assert event.score == Pair(5, 2)
    assert event.stats["shots"] == Pair(17, 20)


def test_a_confirmation_names_what_differs_from_the_reading() -> None:
    stats = {"possession": Pair(42, 58), "shots": Pair(17, 20), "fouls": Pair(1, 1)}
    event = confirm(
        given(UPLOADED, EXTRACTED), ConfirmStats(score_user=4, score_opponent=3, stats=stats)
    )
    assert event.changed == ("score", "stats.fouls", "stats.shots")


def test_changing_the_side_swaps_what_was_read() -> None:
    event = confirm(given(UPLOADED, EXTRACTED), ConfirmStats(side=Side.RIGHT))
    assert event.score == Pair(2, 4)
    assert event.stats["possession"] == Pair(58, 42)
    assert event.changed == ()


def test_changing_the_side_swaps_what_was_confirmed() -> None:
    event = confirm(given(UPLOADED, EXTRACTED, CONFIRMED), ConfirmStats(side=Side.RIGHT))
    assert event.score == Pair(2, 4)
    assert event.stats["shots"] == Pair(20, 17)


def test_numbers_sent_along_with_a_side_are_taken_as_sent() -> None:
    command = ConfirmStats(score_user=3, score_opponent=1, side=Side.RIGHT, stats={})
    event = confirm(given(UPLOADED, EXTRACTED, CONFIRMED), command)
    assert event.score == Pair(3, 1)
    assert event.stats == {}


@pytest.mark.parametrize(("user", "opponent", "shots"), [(4, 2, 17), (2, 4, None)])
def test_the_score_that_is_sent_tells_an_unsaid_side(
    user: int, opponent: int, shots: int | None
) -> None:
    unsaid = replace(UPLOADED, side=None)
    event = confirm(
        given(unsaid, EXTRACTED), ConfirmStats(score_user=user, score_opponent=opponent)
    )
    assert event.side is (Side.LEFT if user == 4 else Side.RIGHT)
    assert event.stats["shots"].user == shots
    assert "score" not in event.changed


def test_a_score_that_was_not_read_tells_no_side() -> None:
    unsaid = replace(UPLOADED, side=None)
    event = confirm(given(unsaid, EXTRACTED), ConfirmStats(score_user=3, score_opponent=3))
    assert event.side is None


def test_half_a_score_tells_no_side() -> None:
    half = replace(EXTRACTED, reading=replace(READING, score=Sides(2, None)))
    match = given(replace(UPLOADED, side=None), half, replace(CONFIRMED, side=None))
    event = confirm(match, ConfirmStats(score_opponent=2))
    assert event.side is None
    assert event.stats["shots"] == Pair(17, 20)


def test_the_opponents_name_that_is_sent_tells_where_the_numbers_stand() -> None:
    command = ConfirmStats(opponent_name="Borussia Dortmund")
    event = confirm(given(replace(UPLOADED, side=None), EXTRACTED), command)
    assert event.score == Pair(2, 4)
    assert event.changed == ()


def test_a_later_name_turns_no_confirmed_numbers() -> None:
    match = given(replace(UPLOADED, side=None), EXTRACTED, replace(CONFIRMED, side=None))
    renamed = confirm(match, ConfirmStats(opponent_name="Borussia Dortmund"))
    assert isinstance(renamed, StatsCorrected)
    assert renamed.score == Pair(4, 2)
    turned = confirm(evolve(match, renamed), ConfirmStats(side=Side.RIGHT))
    assert turned.score == Pair(2, 4)


def test_numbers_confirmed_before_a_reading_came_are_not_turned() -> None:
    match = given(replace(UPLOADED, side=None), replace(CONFIRMED, side=None), EXTRACTED)
    event = confirm(match, ConfirmStats(side=Side.RIGHT))
    assert event.score == Pair(4, 2)
    assert event.stats["shots"] == Pair(17, 20)


def test_without_a_reading_the_score_must_be_sent() -> None:
    assert refusal(given(UPLOADED), ConfirmStats(score_user=1)) == {
        "score_opponent": ["This number is needed."]
    }


def test_a_shoot_out_has_two_sides() -> None:
    fields = refusal(given(UPLOADED, EXTRACTED), ConfirmStats(penalties_user=4))
    assert list(fields) == ["penalties_opponent"]


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (ConfirmStats(score_user=-1), "score_user"),
        (ConfirmStats(score_opponent=100), "score_opponent"),
        (ConfirmStats(stats={"goals": Pair(1, 2)}), "stats.goals"),
        (ConfirmStats(stats={"shots": Pair(10_000, 2)}), "stats.shots"),
        (ConfirmStats(stats={"shots": Pair()}), "stats.shots"),
        (ConfirmStats(stats={"possession": Pair(50, 51)}), "stats.possession"),
        (ConfirmStats(stats={"possession": Pair(101, None)}), "stats.possession"),
        (ConfirmStats(opponent_name="  "), "opponent_name"),
        (ConfirmStats(opponent_name="a\nb"), "opponent_name"),
        (ConfirmStats(opponent_name="x" * 256), "opponent_name"),
        (ConfirmStats(played_at=datetime(2026, 1, 1)), "played_at"),  # noqa: DTZ001  # that is the fault
        (ConfirmStats(played_at=NOON + timedelta(days=2)), "played_at"),
        (ConfirmStats(played_at=datetime(1999, 1, 1, tzinfo=UTC)), "played_at"),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_name(command: ConfirmStats, field: str) -> None:
    assert list(refusal(given(UPLOADED, EXTRACTED), command)) == [field]


def test_possession_of_nothing_against_nothing_means_not_known() -> None:
    command = ConfirmStats(stats={"possession": Pair(0, 0), "shots": Pair(0, 0)})
    assert confirm(given(UPLOADED, EXTRACTED), command).stats == {"shots": Pair(0, 0)}


def test_a_reading_is_recorded_once() -> None:
    command = RecordReading(request_id=UPLOADED.id, reading=READING)
    assert isinstance(decide(given(UPLOADED), command, NOW), StatsExtracted)
    assert decide(given(UPLOADED, EXTRACTED), command, NOW) is None


def test_a_failure_is_recorded_once() -> None:
    command = RecordFailure(
        request_id=UPLOADED.id, reason=FailureReason.CRASHED, detail="It broke.", attempts=3
    )
    assert isinstance(decide(given(UPLOADED), command, NOW), ExtractionFailed)
    assert decide(given(UPLOADED, FAILED), command, NOW) is None


def test_an_answer_to_another_request_changes_nothing() -> None:
    command = RecordReading(request_id=REQUEST_ID, reading=READING)
    assert decide(given(UPLOADED), command, NOW) is None


def test_a_late_reading_is_recorded_beside_a_confirmation() -> None:
    command = RecordReading(request_id=UPLOADED.id, reading=READING)
    assert isinstance(decide(given(UPLOADED, CONFIRMED), command, NOW), StatsExtracted)


def test_a_deleted_match_still_takes_its_reading() -> None:
    command = RecordReading(request_id=UPLOADED.id, reading=READING)
    assert isinstance(decide(given(UPLOADED, DELETED), command, NOW), StatsExtracted)


@pytest.mark.parametrize("command", [ConfirmStats(), DeleteMatch(), RequestExtraction()])
def test_a_deleted_match_refuses_everything_but_restore(
    command: ConfirmStats | DeleteMatch | RequestExtraction,
) -> None:
    with pytest.raises(NotFound):
        decide(given(UPLOADED, EXTRACTED, DELETED), command, NOW)
    assert isinstance(
        decide(given(UPLOADED, EXTRACTED, DELETED), RestoreMatch(), NOW), MatchRestored
    )


def test_restoring_what_is_not_deleted_changes_nothing() -> None:
    assert decide(given(UPLOADED), RestoreMatch(), NOW) is None


def test_a_match_can_be_deleted() -> None:
    assert isinstance(decide(given(UPLOADED), DeleteMatch(), NOW), MatchDeleted)


def test_reading_again_is_asked_for_once() -> None:
    assert isinstance(
        decide(given(UPLOADED, FAILED), RequestExtraction(), NOW), ExtractionRequested
    )
    assert decide(given(UPLOADED), RequestExtraction(), NOW) is None
