"""The consumer: what comes in is answered once and for all, whatever the reader does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest
from nats.aio.client import Client

from deploy.nats import Nats
from deploy.screenshots_folder import FolderOfScreenshots
from events.broker import create_broker
from events.bus import (
    DEAD_LETTERS_STREAM,
    OCR_CONSUMER,
    READING_STEPS,
    READINGS_STREAM,
    SCREENSHOT_UPLOADED,
    SCREENSHOTS_STREAM,
    ExtractionFailed,
    ReadingStep,
    ScreenshotUploaded,
    StatsExtracted,
)
from events.reading import FailureReason, Reading, Unreadable
from events.refusals import Unavailable
from events.screenshots import AWAY, ScreenshotMissing
from ocr_service.app import MOST_TRIES, Reader, subscribe
from ocr_service.looked import Looked
from tests.examples import MATCH_ID, READING, REQUEST_ID, SCREENSHOT, UPLOADED

pytestmark = pytest.mark.anyio

UPLOAD = ScreenshotUploaded(
    request_id=UPLOADED.id, match_id=MATCH_ID, correlation_id=REQUEST_ID, screenshot=SCREENSHOT
)
REFUSED = Unreadable(reason=FailureReason.NOT_A_STATS_SCREEN, detail="No statistics here.")
CRASHED = Unreadable(reason=FailureReason.CRASHED, detail="It crashed.")


class OnePicture(FolderOfScreenshots):
    """A store that holds one picture, and is away as often as it is told."""

    def __init__(self, away: int = 0) -> None:
        super().__init__(Path())
        self._away = away

    async def get(self, key: str) -> bytes:
        if self._away:
            self._away -= 1
            raise Unavailable(AWAY)
        if key != SCREENSHOT:
            raise ScreenshotMissing(key)
        return b"picture"


class Scripted:
    """A reader that does one thing after another."""

    def __init__(self, *outcomes: Reading | Unreadable | Exception) -> None:
        self.outcomes = list(outcomes)

    async def look(self, picture: bytes) -> Looked:
        assert picture == b"picture"
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return Looked(outcome)


@contextlib.asynccontextmanager
async def working(nats_server: Nats, reader: Reader, store_away: int = 0) -> AsyncIterator[None]:
    broker = create_broker(nats_server.url)
    subscribe(broker, OnePicture(store_away), reader)
    await broker.start()
    try:
        yield
    finally:
        await broker.stop()


async def upload(bus: Client, message: ScreenshotUploaded = UPLOAD) -> None:
    body = msgspec.json.encode(message)
    headers = {"content-type": "application/json"}
    await bus.jetstream().publish(SCREENSHOT_UPLOADED, body, headers=headers)


async def answers(bus: Client, subject: str, count: int = 1) -> Sequence[bytes]:
    subscription = await bus.jetstream().pull_subscribe(subject, stream=READINGS_STREAM)
    messages = await subscription.fetch(count, timeout=20)
    return [message.data for message in messages]


async def all_uploads_done(bus: Client) -> None:
    """Wait until the queue holds no upload any more."""
    async with asyncio.timeout(20):
        while (await bus.jsm().stream_info(SCREENSHOTS_STREAM)).state.messages:
            pass


async def test_a_reading_is_published_and_the_upload_is_done(
    nats_server: Nats, bus: Client
) -> None:
    await bus.jsm().delete_consumer(READINGS_STREAM, "inbox_extracted")
    await upload(bus)
    async with working(nats_server, Scripted(READING)):
        [body] = await answers(bus, "readings.stats_extracted")
        answer = msgspec.json.decode(body, type=StatsExtracted)
        assert answer.reading == READING
        assert answer.request_id == UPLOADED.id
        await all_uploads_done(bus)


async def test_how_a_reading_goes_on_is_told(nats_server: Nats, bus: Client) -> None:
    told = await bus.subscribe(READING_STEPS)
    await upload(bus)
    async with working(nats_server, Scripted(RuntimeError("once"), READING)):
        messages = [await told.next_msg(timeout=20) for _ in range(6)]
        await all_uploads_done(bus)
    steps = [msgspec.json.decode(message.data, type=ReadingStep) for message in messages]
    assert [(step.attempt, step.step.value) for step in steps] == [
        *((1, "started"), (1, "loaded"), (1, "again")),
        *((2, "started"), (2, "loaded"), (2, "read")),
    ]
    assert {(step.match_id, step.request_id) for step in steps} == {(MATCH_ID, UPLOADED.id)}


@pytest.mark.parametrize(
    ("outcomes", "reason", "attempts"),
    [
        ([REFUSED], FailureReason.NOT_A_STATS_SCREEN, 1),
        ([CRASHED, CRASHED], FailureReason.CRASHED, 2),
        ([OSError("disk"), REFUSED], FailureReason.NOT_A_STATS_SCREEN, 2),
    ],
)
async def test_a_failure_is_published_with_its_reason_after_few_tries(
    nats_server: Nats,
    bus: Client,
    outcomes: list[Unreadable | Exception],
    reason: FailureReason,
    attempts: int,
) -> None:
    await bus.jsm().delete_consumer(READINGS_STREAM, "inbox_failed")
    await upload(bus)
    async with working(nats_server, Scripted(*outcomes)):
        [body] = await answers(bus, "readings.extraction_failed")
        answer = msgspec.json.decode(body, type=ExtractionFailed)
        assert (answer.reason, answer.attempts) == (reason, attempts)
        await all_uploads_done(bus)


async def test_an_upload_waits_for_a_store_that_is_away_and_loses_no_try(
    nats_server: Nats, bus: Client
) -> None:
    await bus.jsm().delete_consumer(READINGS_STREAM, "inbox_failed")
    await upload(bus)
    async with working(nats_server, Scripted(REFUSED), store_away=MOST_TRIES):
        [body] = await answers(bus, "readings.extraction_failed")
        assert msgspec.json.decode(body, type=ExtractionFailed).attempts == 1
        await all_uploads_done(bus)


async def test_a_message_that_nobody_understands_is_put_away_and_the_next_one_read(
    nats_server: Nats, bus: Client
) -> None:
    await bus.jsm().delete_consumer(READINGS_STREAM, "inbox_extracted")
    headers = {"content-type": "application/json"}
    await bus.jetstream().publish(SCREENSHOT_UPLOADED, b"no JSON", headers=headers)
    await upload(bus)
    async with working(nats_server, Scripted(READING)):
        assert len(await answers(bus, "readings.stats_extracted")) == 1
        await all_uploads_done(bus)
    letters = await bus.jsm().stream_info(DEAD_LETTERS_STREAM)
    assert letters.state.messages == 1


async def test_an_upload_sent_once_more_is_answered_once_more(
    nats_server: Nats, bus: Client
) -> None:
    await bus.jsm().delete_consumer(READINGS_STREAM, "inbox_extracted")
    body = msgspec.json.encode(UPLOAD)
    for message_id in ("first", "second"):
        headers = {"content-type": "application/json", "Nats-Msg-Id": message_id}
        await bus.jetstream().publish(SCREENSHOT_UPLOADED, body, headers=headers)
    async with working(nats_server, Scripted(READING, READING)):
        await all_uploads_done(bus)
    assert (await bus.jsm().stream_info(READINGS_STREAM)).state.messages == 2


async def test_a_reading_given_up_by_one_worker_is_taken_by_the_next(
    nats_server: Nats, bus: Client
) -> None:
    await bus.jsm().delete_consumer(READINGS_STREAM, "inbox_extracted")
    await upload(bus)
    stream = bus.jetstream()
    dying = await stream.pull_subscribe(SCREENSHOT_UPLOADED, OCR_CONSUMER, SCREENSHOTS_STREAM)
    [taken] = await dying.fetch(1)
    await taken.nak()
    async with working(nats_server, Scripted(READING)):
        assert len(await answers(bus, "readings.stats_extracted")) == 1
