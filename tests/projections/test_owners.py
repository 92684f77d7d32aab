"""The version of all that a player has: it grows with every event, and goes with the last match."""

from functools import reduce

from msgspec.structs import replace

from events.match import Match, evolve
from events.matches import MatchEvent
from projections.owners import Versions
from tests.examples import ERASED, EXAMPLES, OWNER_ID, UPLOADED

DELETED = replace(EXAMPLES["match.deleted.v1"], version=2)


def match_of(*events: MatchEvent) -> Match:
    match = reduce(evolve, events, None)
    assert match is not None
    return match


def test_every_event_counts_also_that_of_a_deletion() -> None:
    versions = Versions()
    versions.change(None, match_of(UPLOADED))
    versions.change(match_of(UPLOADED), match_of(UPLOADED, DELETED))
    assert versions.rows() == [{"owner_id": OWNER_ID, "version": 2}]


def test_an_erased_match_takes_its_events_along() -> None:
    versions = Versions()
    versions.change(None, match_of(UPLOADED, DELETED))
    versions.change(match_of(UPLOADED, DELETED), match_of(UPLOADED, DELETED, ERASED))
    assert versions.rows() == []
