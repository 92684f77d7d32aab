"""What players are called: the names on their own side of confirmed screens."""

from functools import reduce

from msgspec.structs import replace

from events.match import Match, evolve
from events.matches import MatchEvent, StatsConfirmed
from events.stats import Side
from projections.own_names import Names, OwnName, own_name_of
from tests.examples import EXAMPLES, OWNER_ID, UPLOADED

EXTRACTED = EXAMPLES["match.stats_extracted.v1"]
CONFIRMED = EXAMPLES["match.stats_confirmed.v1"]
DELETED = EXAMPLES["match.deleted.v1"]


def match_of(*events: MatchEvent) -> Match:
    match = reduce(evolve, events, None)
    assert match is not None
    return match


def on_side(side: Side | None) -> StatsConfirmed:
    assert isinstance(CONFIRMED, StatsConfirmed)
    return replace(CONFIRMED, side=side)


def test_the_name_on_the_own_side_is_the_players() -> None:
    left = match_of(UPLOADED, EXTRACTED, on_side(Side.LEFT))
    right = match_of(UPLOADED, EXTRACTED, on_side(Side.RIGHT))
    assert own_name_of(left) == OwnName(OWNER_ID, "borussiadortmund")
    assert own_name_of(right) == OwnName(OWNER_ID, "iconics")


def test_without_a_side_a_reading_or_a_confirmation_there_is_no_name() -> None:
    assert own_name_of(match_of(UPLOADED, EXTRACTED, on_side(None))) is None
    assert own_name_of(match_of(UPLOADED, on_side(Side.LEFT))) is None
    assert own_name_of(match_of(UPLOADED, EXTRACTED)) is None


def test_a_deleted_match_takes_its_name_back() -> None:
    names = Names()
    confirmed = match_of(UPLOADED, EXTRACTED, on_side(Side.LEFT))
    names.change(None, confirmed)
    names.change(confirmed, evolve(confirmed, DELETED))
    assert names.rows() == []
