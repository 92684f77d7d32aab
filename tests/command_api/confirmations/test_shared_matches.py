"""What the two players of a shared match do to it, and what each of them sees."""

import pytest

from command_api.confirmations import answers, rules
from command_api.confirmations.commands import Confirm, Dispute, WithdrawConfirmation
from command_api.matches.commands import (
    ConfirmStats,
    DeleteMatch,
    EraseMatch,
    RequestExtraction,
    RestoreMatch,
)
from command_api.matches.friend_rules import decide_for_friend
from command_api.matches.rules import decide
from events.match import Match
from events.match_view import view
from events.refusals import Conflict, NotFound
from events.seats import half_of, halves, halves_in, involved
from events.sharing import Verification
from events.stats import Pair
from tests.command_api.confirmations.given import (
    LATER_CODE,
    NOW,
    STRANGER_ID,
    asked,
    confirmed,
    corrected,
    disputed,
    then,
    verified,
    who,
)
from tests.examples import FRIEND_ID, OWNER_ID

DRAW = ConfirmStats(score_user=3, score_opponent=3)


def seen_by(match: Match, player_id: object) -> Match:
    half = next((each for each in halves(match) if each.owner_id == player_id), None)
    assert half is not None
    return half


def test_both_see_a_correction_by_either_each_from_the_own_side() -> None:
    for player_id, other_id in ((OWNER_ID, FRIEND_ID), (FRIEND_ID, OWNER_ID)):
        command = ConfirmStats(score_user=7, score_opponent=1)
        match = corrected(verified(), player_id, command)
        assert view(seen_by(match, player_id)).score_user == 7
        assert view(seen_by(match, other_id)).score_user == 1
        assert view(seen_by(match, other_id)).score_opponent == 7


def test_a_correction_asks_the_other_player_anew() -> None:
    for player_id in (OWNER_ID, FRIEND_ID):
        match = corrected(verified(), player_id, DRAW)
        assert match.verification is Verification.REQUESTED
        assert match.sharing is not None
        assert match.sharing.open_request is not None
        assert match.sharing.open_request.player_id == player_id
        assert match.sharing.past.corrected == (player_id,)


def test_saying_the_same_numbers_again_asks_nobody() -> None:
    match = corrected(verified(), FRIEND_ID, ConfirmStats(opponent_name="Nado"))
    assert match.verification is Verification.VERIFIED
    assert seen_by(match, FRIEND_ID).opponent_name == "Nado"
    assert seen_by(match, OWNER_ID).opponent_name == "Yassine"


def test_a_correction_after_a_dispute_lets_go_of_the_dispute() -> None:
    match = corrected(disputed(), OWNER_ID, DRAW)
    assert match.verification is Verification.NONE
    assert match.sharing is not None
    assert match.sharing.dispute is None


def test_each_may_remove_it_from_the_own_list_alone() -> None:
    match = verified()
    friends = seen_by(match, FRIEND_ID)
    without_friend = then(match, decide_for_friend(friends, DeleteMatch(), NOW))
    assert [half.is_deleted for half in halves(without_friend)] == [False, True]
    without_owner = then(match, decide(match, DeleteMatch(), NOW))
    assert [half.is_deleted for half in halves(without_owner)] == [True, False]
    removed = seen_by(without_friend, FRIEND_ID)
    with pytest.raises(NotFound):
        decide_for_friend(removed, DRAW, NOW)
    restored = then(without_friend, decide_for_friend(removed, RestoreMatch(), NOW))
    assert [half.is_deleted for half in halves(restored)] == [False, False]


def test_only_who_sent_the_screenshot_may_have_it_read_again() -> None:
    with pytest.raises(Conflict, match="Only the player who sent"):
        decide_for_friend(seen_by(verified(), FRIEND_ID), RequestExtraction(), NOW)


def test_a_request_is_withdrawn_by_who_made_it() -> None:
    match = asked()
    with pytest.raises(NotFound):
        rules.withdraw(match, WithdrawConfirmation(FRIEND_ID), NOW)
    match = then(match, rules.withdraw(match, WithdrawConfirmation(OWNER_ID), NOW))
    assert match.verification is Verification.NONE
    with pytest.raises(Conflict, match="withdrawn"):
        answers.confirm(match, who(), Confirm(), None, NOW)
    with pytest.raises(NotFound):
        rules.withdraw(match, WithdrawConfirmation(OWNER_ID), NOW)


def test_a_dispute_is_let_go_by_withdrawing() -> None:
    match = disputed()
    match = then(match, rules.withdraw(match, WithdrawConfirmation(OWNER_ID), NOW))
    assert match.verification is Verification.NONE
    assert view(match).confirmation is not None
    assert view(match).confirmation.dispute is None  # type: ignore[union-attr]


def test_what_is_verified_is_not_withdrawn() -> None:
    with pytest.raises(Conflict, match="verified"):
        rules.withdraw(verified(), WithdrawConfirmation(OWNER_ID), NOW)


def test_a_dispute_is_shown_to_both_each_from_the_own_side() -> None:
    match = verified()
    match = corrected(match, OWNER_ID, DRAW)
    match = disputed_by_friend(match)
    own, theirs = view(seen_by(match, OWNER_ID)), view(seen_by(match, FRIEND_ID))
    assert own.confirmation is not None
    assert theirs.confirmation is not None
    assert own.confirmation.dispute is not None
    assert theirs.confirmation.dispute is not None
    assert (own.confirmation.dispute.by, theirs.confirmation.dispute.by) == ("opponent", "user")
    assert own.confirmation.dispute.score_user == 2
    assert theirs.confirmation.dispute.score_user == 5


def disputed_by_friend(match: Match) -> Match:
    command = Dispute(reason="It was 5-2 for me.", score_user=5, score_opponent=2)
    return then(match, answers.dispute(match, who(code=None), command, NOW))


def test_the_end_of_the_owner_leaves_the_friends_half_without_the_owners_names() -> None:
    match = verified()
    match = then(match, decide(match, EraseMatch(OWNER_ID), NOW))
    [half] = halves(match)
    assert half.owner_id == FRIEND_ID
    shown = view(half)
    assert (shown.score_user, shown.score_opponent) == (2, 4)
    assert shown.opponent_name == ""
    assert shown.extracted_data is not None
    assert shown.extracted_data.left_name is None
    assert half.screenshot == ""


def test_the_end_of_the_friend_leaves_the_owners_half_without_the_friends_names() -> None:
    match = verified()
    match = then(match, decide(match, EraseMatch(FRIEND_ID), NOW))
    [half] = halves(match)
    shown = view(half)
    assert (shown.score_user, shown.opponent_name) == (4, "")
    assert shown.verification is Verification.VERIFIED
    assert shown.confirmation is not None
    assert shown.confirmation.friend_name is None


def test_history_shows_no_name_of_a_player_who_is_gone() -> None:
    before = verified()
    match = then(before, decide(before, EraseMatch(FRIEND_ID), NOW))
    for half in halves_in([confirmed(), before, match], OWNER_ID):
        assert half.opponent_name == ""


def test_the_end_of_a_friend_who_had_asked_happens_once() -> None:
    for before in (verified(), corrected(verified(), FRIEND_ID, DRAW)):
        match = then(before, decide(before, EraseMatch(FRIEND_ID), NOW))
        assert involved(match) == frozenset()
        assert decide(match, EraseMatch(FRIEND_ID), NOW) == []


def test_a_friend_is_not_shown_what_somebody_answered_who_was_asked_before() -> None:
    first = asked()
    command = Dispute(reason="This is not my match.", score_user=0, score_opponent=0)
    others = then(first, answers.dispute(first, who(STRANGER_ID), command, NOW))
    again = asked(others, code=LATER_CODE)
    shared = then(again, answers.confirm(again, who(code=LATER_CODE), Confirm(), None, NOW))
    own, _ = halves_in([others, shared], OWNER_ID)
    theirs, _ = halves_in([others, shared], FRIEND_ID)
    assert own.sharing is not None
    assert theirs.sharing is not None
    assert own.sharing.dispute is not None
    assert theirs.sharing.dispute is None


def test_the_end_of_somebody_else_changes_nothing() -> None:
    assert decide(confirmed(), EraseMatch(FRIEND_ID), NOW) == []


def test_a_friend_who_is_left_alone_asks_nobody() -> None:
    match = verified()
    match = then(match, decide(match, EraseMatch(OWNER_ID), NOW))
    half = half_of(match, FRIEND_ID)
    assert half is not None
    match = then(match, decide_for_friend(half, DRAW, NOW))
    assert match.verification is Verification.NONE
    assert seen_by(match, FRIEND_ID).confirmed is not None
    assert seen_by(match, FRIEND_ID).confirmed.score == Pair(3, 3)  # type: ignore[union-attr]
