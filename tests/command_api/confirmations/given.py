"""Matches between two players, for tests of the rules."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from uuid import UUID

from command_api.confirmations import answers, rules
from command_api.confirmations.commands import Answerer, Confirm, Dispute, RequestConfirmation
from command_api.matches.commands import ConfirmStats
from command_api.matches.friend_rules import decide_for_friend
from command_api.matches.rules import decide
from events.base import Cause
from events.match import Match, evolve
from events.matches import MatchEvent
from events.seats import half_of
from tests.examples import EXAMPLES, FRIEND_ID, NOON, OWNER_ID, UPLOADED, cause

STRANGER_ID = UUID("66666666-6666-4666-8666-666666666666")
CODE, LATER_CODE = "ab" * 32, "cd" * 32
NOW = cause(99)
EXPIRED = cause(99, at=NOON + timedelta(days=14))
CONFIRMED = EXAMPLES["match.stats_confirmed.v1"]


def given(*events: MatchEvent) -> Match:
    match = reduce(evolve, events, None)
    assert match is not None
    return match


def then(match: Match, events: Sequence[MatchEvent]) -> Match:
    """The match after what was decided; events of another match are that one's business."""
    return reduce(evolve, [each for each in events if each.match_id == match.id], match)


def confirmed() -> Match:
    return given(UPLOADED, EXAMPLES["match.stats_extracted.v1"], CONFIRMED)


def asked(match: Match | None = None, code: str = CODE, at: datetime = NOON) -> Match:
    """The owner asked with a code."""
    match = match or confirmed()
    command = RequestConfirmation(player_id=OWNER_ID, name="Nadir", code_hash=code)
    return then(match, rules.request(match, command, cause(98, at=at)))


def who(player_id: UUID = FRIEND_ID, code: str | None = CODE) -> Answerer:
    return Answerer(player_id=player_id, name="Yassine", code_hash=code)


def verified() -> Match:
    """The friend said that the numbers are right: the match is shared."""
    match = asked()
    return then(match, answers.confirm(match, who(), Confirm(), None, NOW))


def disputed(match: Match | None = None) -> Match:
    match = match or asked()
    return then(match, answers.dispute(match, who(), Dispute(reason="It was 2-2."), NOW))


def corrected(match: Match, player_id: UUID, command: ConfirmStats, why: Cause = NOW) -> Match:
    """The match after one of its players said other numbers."""
    half = half_of(match, player_id)
    assert half is not None
    decided = (decide if player_id == match.owner_id else decide_for_friend)(half, command, why)
    return then(match, decided)
