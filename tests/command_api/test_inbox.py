"""The inbox: an answer of the OCR is recorded once, however often it comes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace
from nats.aio.client import Client

from command_api.inbox import subscribe
from command_api.matches.executing import Executor
from deploy.nats import Nats
from events.broker import create_broker
from events.bus import (
    EXTRACTION_FAILED,
    READINGS_STREAM,
    STATS_EXTRACTED,
    ExtractionFailed,
    StatsExtracted,
)
from events.log import MatchLog
from events.match import Status
from events.matches import StatsExtracted as ExtractedEvent
from events.reading import FailureReason
from tests.examples import MATCH_ID, READING, REQUEST_ID, UPLOADED

pytestmark = pytest.mark.anyio

EXTRACTED = StatsExtracted(
    request_id=UPLOADED.id, match_id=MATCH_ID, correlation_id=REQUEST_ID, reading=READING
)
FAILED = ExtractionFailed(
    request_id=UPLOADED.id,
    match_id=MATCH_ID,
    correlation_id=REQUEST_ID,
    reason=FailureReason.NOT_A_STATS_SCREEN,
    detail="No statistics here.",
    attempts=1,
)


@contextlib.asynccontextmanager
async def taking(nats_server: Nats, match_log: MatchLog) -> AsyncIterator[None]:
    broker = create_broker(nats_server.url)
    subscribe(broker, Executor(match_log))
    await broker.start()
    try:
        yield
    finally:
        await broker.stop()


async def answer(bus: Client, subject: str, body: StatsExtracted | ExtractionFailed) -> None:
    headers = {"content-type": "application/json"}
    await bus.jetstream().publish(subject, msgspec.json.encode(body), headers=headers)


async def all_answers_taken(bus: Client) -> None:
    async with asyncio.timeout(20):
        while (await bus.jsm().stream_info(READINGS_STREAM)).state.messages:
            pass


async def test_a_reading_is_recorded_with_where_it_came_from(
    nats_server: Nats, bus: Client, match_log: MatchLog
) -> None:
    match_log.append(UPLOADED)
    await answer(bus, STATS_EXTRACTED, EXTRACTED)
    async with taking(nats_server, match_log):
        await all_answers_taken(bus)
    _, event = match_log.events(MATCH_ID)
    assert isinstance(event, ExtractedEvent)
    assert event.reading == READING
    assert event.cause.actor == "ocr"
    assert event.cause.causation_id == UPLOADED.id
    assert event.cause.correlation_id == REQUEST_ID


async def test_an_answer_that_comes_again_and_another_one_change_nothing(
    nats_server: Nats, bus: Client, match_log: MatchLog
) -> None:
    match_log.append(UPLOADED)
    await answer(bus, STATS_EXTRACTED, EXTRACTED)
    await answer(bus, STATS_EXTRACTED, EXTRACTED)
    async with taking(nats_server, match_log):
        await all_answers_taken(bus)
        await answer(bus, EXTRACTION_FAILED, FAILED)
        await all_answers_taken(bus)
    assert len(match_log.events(MATCH_ID)) == 2


async def test_a_failure_is_recorded_with_its_sentence(
    nats_server: Nats, bus: Client, match_log: MatchLog
) -> None:
    match_log.append(UPLOADED)
    await answer(bus, EXTRACTION_FAILED, FAILED)
    async with taking(nats_server, match_log):
        await all_answers_taken(bus)
    match = match_log.load(MATCH_ID)
    assert match is not None
    assert match.status is Status.FAILED
    assert match.failure is not None
    assert match.failure.detail == "No statistics here."


async def test_an_answer_that_nobody_understands_is_put_away(
    nats_server: Nats, bus: Client, match_log: MatchLog
) -> None:
    match_log.append(UPLOADED)
    headers = {"content-type": "application/json"}
    for nonsense in (b"no JSON", b"{}", b"\xff"):
        await bus.jetstream().publish(STATS_EXTRACTED, nonsense, headers=headers)
        await bus.jetstream().publish(EXTRACTION_FAILED, nonsense, headers=headers)
    await answer(bus, EXTRACTION_FAILED, FAILED)
    async with taking(nats_server, match_log):
        await all_answers_taken(bus)
    assert len(match_log.events(MATCH_ID)) == 2


async def test_an_answer_for_a_match_that_does_not_exist_is_put_away(
    nats_server: Nats, bus: Client, match_log: MatchLog
) -> None:
    await answer(bus, STATS_EXTRACTED, replace(EXTRACTED, match_id=uuid4()))
    async with taking(nats_server, match_log):
        await all_answers_taken(bus)
    assert match_log.head() == 0
