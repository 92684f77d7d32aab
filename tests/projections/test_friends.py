"""Which rows a match gives of what its players do with each other."""

import pytest
from msgspec.structs import replace

from command_api.matches.commands import ConfirmStats, DeleteMatch
from command_api.matches.friend_rules import decide_for_friend
from command_api.matches.rules import decide
from events.match import Match
from events.seats import half_of
from projections.friends import TRUST, Trust, rows_of
from tests.command_api.confirmations.given import (
    NOW,
    asked,
    confirmed,
    corrected,
    disputed,
    then,
    verified,
)
from tests.examples import FRIEND_ID, MATCH_ID, NOON, OTHER_MATCH_ID, OWNER_ID

CORRECTED = corrected(verified(), FRIEND_ID, ConfirmStats(score_user=9, score_opponent=0))


def removed_by(match: Match, *players: object) -> Match:
    for player_id in players:
        half = half_of(match, player_id)  # type: ignore[arg-type]
        assert half is not None
        rule = decide if player_id == OWNER_ID else decide_for_friend
        match = then(match, rule(half, DeleteMatch(), NOW))
    return match


def trust_in(match: Match) -> dict[object, dict[str, int]]:
    trust = Trust()
    trust.change(None, match)
    return {row[0]: dict(zip(tuple(TRUST)[1:], row[1:], strict=True)) for row in trust.rows()}


def test_a_verified_match_is_an_encounter_of_both_each_from_the_own_side() -> None:
    first, second = rows_of(verified()).encounters
    assert first == (MATCH_ID, OWNER_ID, FRIEND_ID, NOON, "win", 4, 2)
    assert second == (MATCH_ID, FRIEND_ID, OWNER_ID, NOON, "loss", 2, 4)


@pytest.mark.parametrize("match", [confirmed(), asked(), disputed(), CORRECTED])
def test_what_is_not_verified_is_none(match: Match) -> None:
    assert rows_of(match).encounters == ()


def test_it_is_one_until_both_have_removed_it() -> None:
    for players in ((OWNER_ID,), (FRIEND_ID,)):
        assert len(rows_of(removed_by(verified(), *players)).encounters) == 2
    assert rows_of(removed_by(verified(), OWNER_ID, FRIEND_ID)).encounters == ()


def test_signals_are_of_the_player_whom_they_concern() -> None:
    assert trust_in(confirmed()) == {}
    nothing = {"hidden": 0, "verified": 0, "disputed": 0, "corrected": 0}
    assert trust_in(disputed()) == {OWNER_ID: {**nothing, "disputed": 1}}
    assert trust_in(CORRECTED) == {
        OWNER_ID: {**nothing, "verified": 1},
        FRIEND_ID: {**nothing, "verified": 1, "corrected": 1},
    }
    hidden = trust_in(removed_by(verified(), OWNER_ID))
    assert (hidden[OWNER_ID]["hidden"], hidden[FRIEND_ID]["hidden"]) == (1, 0)


def test_a_joined_match_counts_where_it_was_joined_alone() -> None:
    joined = replace(disputed(), joined_into=OTHER_MATCH_ID, is_deleted=True)
    assert trust_in(joined) == {}
