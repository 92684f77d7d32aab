"""When two matches of two players are one and the same."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from command_api.confirmations import answers
from command_api.confirmations.commands import Confirm
from command_api.confirmations.joining import named_match, same_match
from events.match import Match
from events.matches import MatchJoined, MatchVerified, ScreenshotAttached, StatsExtracted
from events.refusals import Invalid
from events.seats import turned
from events.stats import Pair, Sides
from tests.command_api.confirmations.given import (
    NOW,
    STRANGER_ID,
    asked,
    confirmed,
    given,
    then,
    who,
)
from tests.examples import EXAMPLES, FRIEND_ID, NOON, OTHER_MATCH_ID, OWNER_ID, UPLOADED

SHARED = turned(asked(), FRIEND_ID, "")
OWN = replace(
    turned(confirmed(), FRIEND_ID, "Nadir"),
    id=OTHER_MATCH_ID,
    shared_by=None,
    is_deleted=False,
    screenshot="of the friend",
)


def with_numbers(score: Pair, **stats: Pair) -> Match:
    assert OWN.confirmed is not None
    return replace(OWN, confirmed=replace(OWN.confirmed, score=score, stats=stats))


def test_the_same_numbers_from_the_other_side_are_the_same_match() -> None:
    assert same_match(SHARED, FRIEND_ID, [OWN]) is OWN


def test_a_reading_is_enough_whichever_side_it_shows() -> None:
    unconfirmed = replace(OWN, confirmed=None, awaits=None)
    assert unconfirmed.reading is not None
    full = replace(unconfirmed.reading, stats={"possession": Sides(42, 58), "shots": Sides(17, 20)})
    turned_screen = replace(
        full, score=Sides(2, 4), stats={"possession": Sides(58, 42), "shots": Sides(20, 17)}
    )
    for reading in (full, turned_screen):
        own = replace(unconfirmed, reading=reading)
        assert same_match(SHARED, FRIEND_ID, [own]) is own


@pytest.mark.parametrize(
    "other",
    [
        with_numbers(Pair(2, 5), possession=Pair(58, 42), shots=Pair(20, 17)),
        with_numbers(Pair(2, 4), possession=Pair(58, 42), shots=Pair(20, 18)),
        with_numbers(Pair(2, 4), possession=Pair(58, 42)),  # too little to go by
        with_numbers(Pair(2, 4)),
        replace(OWN, played_at=NOON + timedelta(days=3)),
        replace(OWN, owner_id=STRANGER_ID),
        replace(OWN, is_deleted=True),
        replace(asked(), id=OTHER_MATCH_ID, owner_id=FRIEND_ID),
    ],
    ids=["score", "statistic", "one statistic", "none", "days", "stranger's", "deleted", "asked"],
)
def test_what_may_be_another_match_is_not_joined(other: Match) -> None:
    assert same_match(SHARED, FRIEND_ID, [other]) is None


def test_of_several_the_one_played_next_to_it_is_taken() -> None:
    later = replace(OWN, played_at=NOON + timedelta(hours=5))
    assert same_match(SHARED, FRIEND_ID, [later, OWN]) is OWN


def test_a_player_may_name_the_match_if_the_score_is_the_same() -> None:
    bare = with_numbers(Pair(2, 4))
    assert named_match(SHARED, FRIEND_ID, bare) is bare
    for wrong in (None, with_numbers(Pair(4, 2)), replace(OWN, owner_id=OWNER_ID), SHARED):
        with pytest.raises(Invalid) as refused:
            named_match(SHARED, FRIEND_ID, wrong)
        assert "match_id" in refused.value.fields


def test_a_joined_match_brings_its_screenshot_and_reading_along() -> None:
    match = asked()
    events = answers.confirm(match, who(), Confirm(), OWN, NOW)
    kinds = [MatchVerified, ScreenshotAttached, StatsExtracted, MatchJoined]
    assert [type(event) for event in events] == kinds
    assert events[-1].match_id == OTHER_MATCH_ID
    assert events[-1].version == OWN.version + 1
    match = then(match, events)
    assert match.version == asked().version + 3
    assert match.sharing is not None
    assert match.sharing.attached is not None
    assert match.sharing.attached.reading == OWN.reading
    assert match.sharer is not None
    assert match.sharer.opponent_name == "Nadir"


def test_a_joined_match_is_out_of_the_list_for_good() -> None:
    joined = given(UPLOADED, EXAMPLES["match.stats_confirmed.v1"])
    event = MatchJoined(match_id=joined.id, version=6, cause=NOW, into=OTHER_MATCH_ID)
    joined = then(joined, [event])
    assert joined.is_deleted
    assert joined.joined_into == OTHER_MATCH_ID
