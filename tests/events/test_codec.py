"""Stored events: the JSON of each is frozen, for the log keeps it for ever."""

import json
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent

from events.catalogue import CURRENT, UPCASTERS
from events.codec import EventMapper, UnknownEvent
from events.matches import MatchDeleted
from tests.examples import EVERY_EXAMPLE, MATCH_ID, cause

FROZEN: dict[str, Any] = json.loads(
    Path(__file__).with_name("stored_events.json").read_text(encoding="utf-8")
)


def stored(name: str, fields: object, version: int = 1) -> StoredEvent:
    return StoredEvent(MATCH_ID, version, name, json.dumps(fields).encode())


def test_every_event_that_was_ever_stored_has_a_frozen_form() -> None:
    assert set(FROZEN) == set(CURRENT) | set(UPCASTERS)


@pytest.mark.parametrize("name", sorted(EVERY_EXAMPLE))
def test_the_stored_form_of_an_event_does_not_change(name: str) -> None:
    written = EventMapper().to_stored_event(EVERY_EXAMPLE[name])
    assert written.topic == name
    assert json.loads(written.state) == FROZEN[name]


@pytest.mark.parametrize("name", sorted(EVERY_EXAMPLE))
def test_the_frozen_form_is_read_as_the_event(name: str) -> None:
    event = EVERY_EXAMPLE[name]
    assert EventMapper().to_domain_event(stored(name, FROZEN[name], event.version)) == event


def test_an_old_version_is_read_through_its_upcasters() -> None:
    def with_cause(fields: dict[str, Any]) -> dict[str, Any]:
        return {"cause": fields["why"]}

    mapper = EventMapper(
        types={"match.deleted.v3": MatchDeleted},
        upcasters={
            "match.deleted.v1": ("match.deleted.v2", lambda fields: {"why": fields["reason"]}),
            "match.deleted.v2": ("match.deleted.v3", with_cause),
        },
    )
    event = MatchDeleted(match_id=MATCH_ID, version=9, cause=cause(1))
    old = {"reason": FROZEN["match.deleted.v1"]["cause"] | {"command_id": str(cause(1).command_id)}}
    assert mapper.to_domain_event(stored("match.deleted.v1", old, 9)) == event


def test_an_unknown_name_is_refused_with_its_name() -> None:
    with pytest.raises(UnknownEvent, match=r"match\.imagined\.v1"):
        EventMapper().to_domain_event(stored("match.imagined.v1", {}))
