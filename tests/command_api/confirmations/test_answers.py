"""Who may answer a request for confirmation, and what comes of it."""

from uuid import UUID

import pytest

from command_api.confirmations import answers
from command_api.confirmations.commands import Confirm, Dispute
from command_api.matches.commands import ConfirmStats
from events.match import Match
from events.matches import MatchVerified
from events.refusals import Conflict, Invalid, NotFound
from events.seats import half_of
from events.sharing import Verification
from events.stats import Pair
from tests.command_api.confirmations.given import (
    CODE,
    EXPIRED,
    LATER_CODE,
    NOW,
    STRANGER_ID,
    asked,
    confirmed,
    corrected,
    disputed,
    given,
    then,
    verified,
    who,
)
from tests.examples import BETWEEN_PLAYERS, EXAMPLES, FRIEND_ID, OWNER_ID, UPLOADED

OTHER_NUMBERS = ConfirmStats(score_user=9, score_opponent=0)


def test_whoever_holds_the_code_may_confirm_and_shares_the_match() -> None:
    match = asked()
    [event] = answers.confirm(match, who(), Confirm(), None, NOW)
    assert isinstance(event, MatchVerified)
    assert (event.player_id, event.opponent_name) == (FRIEND_ID, "Nadir")
    match = then(match, [event])
    assert match.verification is Verification.VERIFIED
    half = half_of(match, FRIEND_ID)
    assert half is not None
    assert half.confirmed is not None
    assert half.confirmed.score == Pair(2, 4)
    assert half.confirmed.stats["shots"] == Pair(20, 17)
    assert half.opponent_name == "Nadir"
    assert not half.is_deleted


def test_before_the_answer_the_match_is_nobody_elses() -> None:
    assert half_of(asked(), FRIEND_ID) is None
    assert half_of(disputed(), FRIEND_ID) is None
    assert half_of(verified(), STRANGER_ID) is None


def test_the_friend_may_call_the_owner_otherwise() -> None:
    [event] = answers.confirm(asked(), who(), Confirm(opponent_name="Nado"), None, NOW)
    assert isinstance(event, MatchVerified)
    assert event.opponent_name == "Nado"


@pytest.mark.parametrize(("player_id", "other_id"), [(FRIEND_ID, OWNER_ID), (OWNER_ID, FRIEND_ID)])
def test_a_later_confirmation_may_correct_the_name(player_id: UUID, other_id: UUID) -> None:
    match = corrected(verified(), other_id, OTHER_NUMBERS)
    others = opponent_name(match, other_id)
    answer = who(player_id, code=None)
    after = then(match, answers.confirm(match, answer, Confirm(opponent_name="Nado"), None, NOW))
    assert after.verification is Verification.VERIFIED
    assert opponent_name(after, player_id) == "Nado"
    assert opponent_name(after, other_id) == others
    assert after.confirmed == match.confirmed


def opponent_name(match: Match, player_id: UUID) -> str:
    half = half_of(match, player_id)
    assert half is not None
    return half.opponent_name


def test_a_later_confirmation_that_says_nothing_new_corrects_nothing() -> None:
    match = corrected(verified(), OWNER_ID, OTHER_NUMBERS)
    for command in (Confirm(), Confirm(opponent_name=None), Confirm(opponent_name="Nadir")):
        [event] = answers.confirm(match, who(code=None), command, None, NOW)
        assert isinstance(event, MatchVerified)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        answers.confirm(asked(), who(), Confirm(opponent_name="a\nb"), None, NOW)
    assert "opponent_name" in refused.value.fields


def test_the_owner_cannot_answer_the_own_request() -> None:
    with pytest.raises(Conflict, match="You asked for this confirmation yourself"):
        answers.confirm(asked(), who(OWNER_ID), Confirm(), None, NOW)


def test_another_code_is_like_none() -> None:
    with pytest.raises(NotFound):
        answers.confirm(asked(), who(code=LATER_CODE), Confirm(), None, NOW)
    with pytest.raises(NotFound):
        answers.confirm(confirmed(), who(), Confirm(), None, NOW)
    with pytest.raises(NotFound):
        answers.confirm(None, who(), Confirm(), None, NOW)


def test_a_later_code_takes_the_place_of_an_earlier_one() -> None:
    match = asked(asked(), LATER_CODE)
    with pytest.raises(NotFound, match="replaced"):
        answers.confirm(match, who(code=CODE), Confirm(), None, NOW)
    assert answers.confirm(match, who(code=LATER_CODE), Confirm(), None, NOW)


def test_a_late_answer_is_refused() -> None:
    with pytest.raises(Conflict, match="expired"):
        answers.confirm(asked(), who(), Confirm(), None, EXPIRED)
    with pytest.raises(Conflict, match="expired"):
        answers.dispute(asked(), who(), Dispute(reason="No."), EXPIRED)


def test_a_second_answer_is_refused() -> None:
    with pytest.raises(Conflict, match="answered already"):
        answers.confirm(verified(), who(), Confirm(), None, NOW)
    with pytest.raises(Conflict, match="answered already"):
        answers.dispute(disputed(), who(), Dispute(reason="No."), NOW)


def test_an_answer_to_a_changed_match_is_refused() -> None:
    match = corrected(asked(), OWNER_ID, OTHER_NUMBERS)
    assert match.verification is Verification.NONE
    with pytest.raises(Conflict, match="numbers were changed"):
        answers.confirm(match, who(), Confirm(), None, NOW)


def test_a_name_alone_changes_nothing_that_was_asked() -> None:
    match = corrected(asked(), OWNER_ID, ConfirmStats(opponent_name="Yas"))
    assert answers.confirm(match, who(), Confirm(), None, NOW)


def test_a_match_that_is_shared_is_shared_with_nobody_else() -> None:
    match = asked(corrected(verified(), OWNER_ID, OTHER_NUMBERS), LATER_CODE)
    with pytest.raises(Conflict, match="shared with another player"):
        answers.confirm(match, who(STRANGER_ID, LATER_CODE), Confirm(), None, NOW)
    assert answers.confirm(match, who(code=LATER_CODE), Confirm(), None, NOW)


def test_of_a_deleted_match_nothing_is_asked() -> None:
    match = then(asked(), [EXAMPLES["match.deleted.v1"]])
    with pytest.raises(NotFound):
        answers.confirm(match, who(), Confirm(), None, NOW)


def test_who_sent_a_screenshot_is_the_one_who_answers() -> None:
    match = then(asked(), [BETWEEN_PLAYERS["match.screenshot_attached.v1"]])
    with pytest.raises(Conflict, match="Somebody else"):
        answers.confirm(match, who(STRANGER_ID), Confirm(), None, NOW)
    assert answers.confirm(match, who(), Confirm(), None, NOW)


def test_a_dispute_tells_why_and_what_is_right_from_the_other_side() -> None:
    command = Dispute(reason=" It was 2-2. ", score_user=2, score_opponent=2)
    [event] = answers.dispute(asked(), who(), command, NOW)
    assert (event.reason, event.score, event.stats) == ("It was 2-2.", Pair(2, 2), None)
    match = then(asked(), [event])
    assert match.verification is Verification.DISPUTED


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (Dispute(reason=" "), "reason"),
        (Dispute(reason="x" * 501), "reason"),
        (Dispute(reason="a\x00b"), "reason"),
        (Dispute(reason="No.", score_user=1), "score_opponent"),
        (Dispute(reason="No.", score_user=100, score_opponent=0), "score_user"),
        (Dispute(reason="No.", stats={"possession": Pair(50, 60)}), "stats.possession"),
    ],
)
def test_a_dispute_that_says_nothing_sensible_is_refused(command: Dispute, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        answers.dispute(asked(), who(), command, NOW)
    assert field in refused.value.fields


def test_a_player_of_a_shared_match_needs_no_code_to_answer_a_correction() -> None:
    match = corrected(verified(), FRIEND_ID, ConfirmStats(score_user=3, score_opponent=3))
    assert match.verification is Verification.REQUESTED
    with pytest.raises(Conflict, match="asked for this confirmation yourself"):
        answers.confirm(match, who(code=None), Confirm(), None, NOW)
    match = then(match, answers.confirm(match, who(OWNER_ID, None), Confirm(), None, NOW))
    assert match.verification is Verification.VERIFIED
    assert match.sharer is not None
    assert match.sharer.player_id == FRIEND_ID


def test_without_a_question_there_is_nothing_to_answer() -> None:
    with pytest.raises(Conflict, match="Nobody asks you"):
        answers.confirm(verified(), who(OWNER_ID, None), Confirm(), None, NOW)


def test_nothing_can_be_asked_of_a_match_without_numbers() -> None:
    with pytest.raises(Conflict, match="Confirm the numbers yourself first"):
        asked(given(UPLOADED))


def test_what_is_verified_needs_no_asking() -> None:
    with pytest.raises(Conflict, match="verified already"):
        asked(verified())
