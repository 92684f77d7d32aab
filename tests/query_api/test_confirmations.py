"""Who is shown a match by the code that was given for it."""

from datetime import timedelta
from uuid import UUID

import pytest

from command_api.confirmations import answers
from command_api.confirmations.commands import Confirm, Dispute
from command_api.matches.commands import DeleteMatch
from command_api.matches.rules import decide
from events.codes import hash_of
from events.match import Match
from events.refusals import NotFound
from query_api.confirmations import shown_to
from tests.command_api.confirmations.given import NOW, asked, then, who
from tests.examples import FRIEND_ID, NOON, OWNER_ID

LATER = NOON + timedelta(hours=1)
CODE = "what the opponent was sent"
WRONG = Dispute(reason="It was 2-2.")


def shared() -> Match:
    match = asked(code=hash_of(CODE))
    return then(match, answers.confirm(match, who(code=hash_of(CODE)), Confirm(), None, NOW))


def without_owner(match: Match) -> Match:
    return then(match, decide(match, DeleteMatch(), NOW))


@pytest.mark.parametrize("player_id", [OWNER_ID, FRIEND_ID])
def test_a_match_that_was_deleted_after_a_dispute_is_shown_to_nobody(player_id: UUID) -> None:
    match = asked(code=hash_of(CODE))
    match = then(match, answers.dispute(match, who(code=hash_of(CODE)), WRONG, NOW))
    assert shown_to(match, CODE, player_id, LATER).owner_id == player_id
    with pytest.raises(NotFound):
        shown_to(without_owner(match), CODE, player_id, LATER)


def test_a_shared_match_that_its_owner_removed_is_shown_to_the_friend_alone() -> None:
    match = without_owner(shared())
    assert shown_to(match, CODE, FRIEND_ID, LATER).owner_id == FRIEND_ID
    with pytest.raises(NotFound):
        shown_to(match, CODE, OWNER_ID, LATER)
