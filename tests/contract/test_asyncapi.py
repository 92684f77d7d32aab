"""The description of messages and stored events: valid, whole, and true of both."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import jsonschema_rs
import msgspec
import pytest
from msgspec import Struct

from deploy.asyncapi import document
from deploy.asyncapi_channels import CHANNELS
from events import bus
from events.catalogue import CURRENT
from events.codec import EventMapper
from events.dead_letters import Advisory
from events.owner_keys import OwnerKeys
from events.reading import FailureReason
from events.streams import CONSUMERS, STREAMS
from tests.examples import EVERY_EXAMPLE, MATCH_ID, NOON, READING, REQUEST_ID
from tests.frontend.packages import FOLDER

PUBLISHED = document()
SPECIFICATION = FOLDER / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
IDS: Mapping[str, Any] = {
    "request_id": REQUEST_ID, "match_id": MATCH_ID, "correlation_id": REQUEST_ID,
}  # fmt: skip
MESSAGES: Mapping[str, Struct] = {
    "screenshotUploaded": bus.ScreenshotUploaded(**IDS, screenshot="ab" * 32),
    "statsExtracted": bus.StatsExtracted(**IDS, reading=READING),
    "extractionFailed": bus.ExtractionFailed(
        **IDS, reason=FailureReason.CRASHED, detail="It failed.", attempts=3
    ),
    "readingStep": bus.ReadingStep(
        request_id=REQUEST_ID, match_id=MATCH_ID, step=bus.Step.STARTED, attempt=1
    ),
    "deadLetter": Advisory(
        stream="SCREENSHOTS", consumer="ocr", stream_seq=1, deliveries=8, timestamp=NOON
    ),
}


def payload_of(name: str) -> jsonschema_rs.Draft202012Validator:
    """Checks what the message of this name carries."""
    schema = PUBLISHED["components"]["messages"][name]["payload"]
    whole = {**schema, "components": PUBLISHED["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def test_the_document_is_valid_asyncapi() -> None:
    if not SPECIFICATION.exists():
        missing = "The specification of AsyncAPI is not here: `make test` installs it."
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    specification = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    jsonschema_rs.Draft7Validator(specification).validate(msgspec.to_builtins(PUBLISHED))


def test_what_is_published_is_the_document(anyone: httpx.Client) -> None:
    answer = anyone.get("/schema/asyncapi.json")
    assert answer.json() == json.loads(msgspec.json.encode(PUBLISHED))


def test_every_event_of_the_catalogue_is_described() -> None:
    assert PUBLISHED["channels"]["log"]["messages"].keys() == CURRENT.keys()


@pytest.mark.parametrize("name", CURRENT)
@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_stored_event_is_as_described(
    name: str, owner_keys: OwnerKeys, *, is_sealed: bool
) -> None:
    mapper = EventMapper(keys=owner_keys if is_sealed else None)
    stored = mapper.to_stored_event(EVERY_EXAMPLE[name])
    payload_of(stored.topic).validate(json.loads(stored.state))


def test_every_message_of_the_bus_is_described() -> None:
    kinds = [each for each in vars(bus).values() if isinstance(each, type)]
    sent = {each for each in kinds if issubclass(each, Struct) and each.__module__ == bus.__name__}
    assert {channel.message for channel in CHANNELS} == sent | {Advisory}


@pytest.mark.parametrize(("name", "message"), MESSAGES.items())
def test_a_message_is_as_described(name: str, message: Struct) -> None:
    payload_of(name).validate(json.loads(msgspec.json.encode(message)))


def test_every_consumer_and_stream_has_its_place() -> None:
    assert {channel.consumer for channel in CHANNELS if channel.consumer} == {
        consumer.durable_name for _, consumer in CONSUMERS
    }
    assert {channel.stream for channel in CHANNELS if channel.stream} == {
        stream.name for stream in STREAMS
    }


def broken(state: dict[str, Any]) -> list[Callable[[], None]]:
    return [
        lambda: state.pop("cause"),
        lambda: state.update(owner_id="nobody"),
        lambda: state.update(played_at="yesterday"),
        lambda: state.update(width="wide"),
    ]


@pytest.mark.parametrize("fault", range(4))
def test_the_description_of_an_event_lets_no_other_pass(fault: int) -> None:
    stored = EventMapper().to_stored_event(EVERY_EXAMPLE["match.screenshot_uploaded.v1"])
    state = json.loads(stored.state)
    broken(state)[fault]()
    assert not payload_of(stored.topic).is_valid(state)
