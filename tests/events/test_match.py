"""How each event changes a match."""

from functools import reduce

import pytest

from events.match import Match, Result, Status, evolve
from events.matches import MatchEvent, StatsConfirmed
from events.stats import Pair
from tests.examples import EXAMPLES, MATCH_ID, NOON, OWNER_ID, UPLOADED, cause

REQUESTED = EXAMPLES["match.extraction_requested.v1"]
EXTRACTED = EXAMPLES["match.stats_extracted.v1"]
FAILED = EXAMPLES["match.extraction_failed.v1"]
CONFIRMED = EXAMPLES["match.stats_confirmed.v1"]
CORRECTED = EXAMPLES["match.stats_corrected.v1"]
DELETED = EXAMPLES["match.deleted.v1"]
RESTORED = EXAMPLES["match.restored.v1"]


def after(*events: MatchEvent) -> Match:
    match = reduce(evolve, events, None)
    assert match is not None
    return match


def ended(user: int, opponent: int, penalties: Pair | None = None) -> Match:
    confirmed = StatsConfirmed(
        match_id=MATCH_ID,
        version=2,
        cause=cause(2),
        owner_id=UPLOADED.owner_id,
        opponent_name="Yassine",
        side=None,
        score=Pair(user, opponent),
        penalties=penalties,
        stats={},
        played_at=None,
    )
    return after(UPLOADED, confirmed)


def test_an_uploaded_match_waits_for_its_reading() -> None:
    match = after(UPLOADED)
    assert match.status is Status.PROCESSING
    assert match.awaits == UPLOADED.id
    assert match.owner_id == OWNER_ID


def test_a_match_that_was_read_is_extracted() -> None:
    assert after(UPLOADED, EXTRACTED).status is Status.EXTRACTED


def test_a_match_that_could_not_be_read_has_failed_and_says_why() -> None:
    match = after(UPLOADED, FAILED)
    assert match.status is Status.FAILED
    assert match.failure is not None
    assert match.failure.detail == "This picture shows no statistics screen."


def test_reading_again_takes_the_failure_back() -> None:
    match = after(UPLOADED, FAILED, REQUESTED)
    assert match.status is Status.PROCESSING
    assert match.failure is None
    assert match.awaits == REQUESTED.id


def test_a_confirmed_match_has_its_numbers_and_its_result() -> None:
    match = after(UPLOADED, EXTRACTED, CONFIRMED)
    assert match.status is Status.CONFIRMED
    assert match.confirmed is not None
    assert match.confirmed.score == Pair(4, 2)
    assert match.result is Result.WIN


def test_a_correction_replaces_the_numbers() -> None:
    match = after(UPLOADED, EXTRACTED, CONFIRMED, CORRECTED)
    assert match.confirmed is not None
    assert match.confirmed.stats == {"possession": Pair(58, 42)}
    assert match.version == CORRECTED.version


def test_a_confirmed_match_stays_confirmed_when_its_reading_comes_late() -> None:
    match = after(UPLOADED, CONFIRMED, EXTRACTED)
    assert match.status is Status.CONFIRMED
    assert match.confirmed is not None
    assert match.confirmed.score == Pair(4, 2)


def test_a_restored_match_is_as_before_its_deletion() -> None:
    assert after(UPLOADED, CONFIRMED, DELETED).is_deleted
    restored = after(UPLOADED, CONFIRMED, DELETED, RESTORED)
    assert not restored.is_deleted
    assert restored.confirmed == after(UPLOADED, CONFIRMED).confirmed


@pytest.mark.parametrize(
    ("user", "opponent", "penalties", "result"),
    [
        (4, 2, None, Result.WIN),
        (0, 1, None, Result.LOSS),
        (1, 1, None, Result.DRAW),
        (1, 1, Pair(4, 3), Result.WIN),
        (1, 1, Pair(2, 3), Result.LOSS),
        (2, 1, Pair(2, 3), Result.WIN),
    ],
)
def test_the_score_and_then_the_shoot_out_make_the_result(
    user: int, opponent: int, penalties: Pair | None, result: Result
) -> None:
    assert ended(user, opponent, penalties).result is result


def test_a_match_without_a_given_time_was_played_when_it_was_uploaded() -> None:
    assert ended(1, 0).played_at == NOON


def test_a_history_that_does_not_begin_with_an_upload_is_loud() -> None:
    with pytest.raises(ValueError, match="cannot begin with MatchDeleted"):
        evolve(None, DELETED)
