"""Names lie in the log sealed: only their owner's key opens them, and only in their place."""

from typing import Any, cast
from uuid import UUID

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent
from msgspec.structs import replace

from events.catalogue import SEALED
from events.codec import EventMapper
from events.matches import MatchEvent, ScreenshotUploaded, StatsExtracted
from events.owner_keys import OwnerKeys
from events.sealing import BrokenSeal
from tests.examples import EVERY_EXAMPLE, EXAMPLES, OWNER_ID, UPLOADED

NAMES = (b"Yassine", b"Borussia Dortmund", b"iconics", b"dortmund fan")
WITH_NAMES = {
    **EVERY_EXAMPLE,
    "match.screenshot_uploaded.v1": replace(UPLOADED, own_names=("dortmund fan",)),
}


@pytest.fixture
def mapper(owner_keys: OwnerKeys) -> EventMapper:
    return EventMapper(keys=owner_keys)


def fields_of(stored: StoredEvent) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.json.decode(stored.state)
    return fields


@pytest.mark.parametrize("name", sorted(WITH_NAMES))
def test_no_name_is_stored_as_it_is_and_each_is_read_again(mapper: EventMapper, name: str) -> None:
    event = WITH_NAMES[name]
    stored = mapper.to_stored_event(event)
    assert not [known for known in NAMES if known in stored.state]
    assert ("sealed" in fields_of(stored)) == (name in SEALED)
    assert mapper.to_domain_event(stored) == event


@pytest.mark.parametrize("name", sorted(SEALED))
def test_without_the_key_names_are_blank_and_all_else_is_there(
    mapper: EventMapper, name: str
) -> None:
    stored = mapper.to_stored_event(WITH_NAMES[name])
    event = cast(MatchEvent, EventMapper().to_domain_event(stored))
    plain = msgspec.to_builtins(WITH_NAMES[name])
    for path, blank in SEALED[name].blanks.items():
        *outer, last = path.split(".")
        holder = plain
        for step in outer:
            holder = holder[step]
        assert holder[last] != blank
        holder[last] = blank
    assert event == msgspec.convert(plain, type(event))


def test_an_event_without_names_has_no_box(mapper: EventMapper) -> None:
    extracted = cast(StatsExtracted, EXAMPLES["match.stats_extracted.v1"])
    nameless = replace(
        extracted, reading=replace(extracted.reading, left_name=None, right_name=None)
    )
    stored = mapper.to_stored_event(nameless)
    assert "sealed" not in fields_of(stored)
    assert mapper.to_domain_event(stored) == nameless


def test_equal_names_are_sealed_differently_each_time(mapper: EventMapper) -> None:
    boxes = {fields_of(mapper.to_stored_event(UPLOADED))["sealed"] for _ in range(3)}
    assert len(boxes) == 3


def test_a_box_that_was_moved_to_another_event_does_not_open(mapper: EventMapper) -> None:
    moved = replace_id(mapper.to_stored_event(UPLOADED), UUID(int=9))
    with pytest.raises(BrokenSeal):
        mapper.to_domain_event(moved)


def test_a_box_that_was_altered_does_not_open(mapper: EventMapper) -> None:
    stored = mapper.to_stored_event(UPLOADED)
    box = fields_of(stored)["sealed"].encode()
    for altered in (box[:-8] + b"AAAAAAA=", b"AAAA", b"*"):
        state = stored.state.replace(box, altered)
        with pytest.raises(BrokenSeal):
            mapper.decode(stored.topic, state, UPLOADED.match_id, 1)


def test_sealed_names_of_an_old_version_pass_through_its_upcaster(owner_keys: OwnerKeys) -> None:
    """The names are back before the upcaster sees the fields."""
    older = EventMapper(keys=owner_keys).to_stored_event(UPLOADED)

    def louder(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "opponent_name": fields["opponent_name"].upper()}

    later = "match.screenshot_uploaded.v2"
    mapper = EventMapper(
        types={later: ScreenshotUploaded},
        upcasters={older.topic: (later, louder)},
        keys=owner_keys,
    )
    assert mapper.to_domain_event(older) == replace(UPLOADED, opponent_name="YASSINE")


def test_a_mapper_with_all_keys_reads_the_same(mapper: EventMapper) -> None:
    stored = mapper.to_stored_event(UPLOADED)
    assert mapper.with_all_keys().to_domain_event(stored) == UPLOADED
    assert not mapper.lacks_key_for(UPLOADED)
    assert mapper.lacks_key_for(replace(UPLOADED, owner_id=UUID(int=5)))
    assert UPLOADED.owner_id == OWNER_ID


def replace_id(stored: StoredEvent, match_id: UUID) -> StoredEvent:
    return StoredEvent(match_id, stored.originator_version, stored.topic, stored.state)
