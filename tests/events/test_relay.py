"""The relay: every upload reaches the stream, whoever leads and whatever was cut."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace
from nats.aio.client import Client
from nats.js.api import ConsumerConfig
from psycopg import AsyncConnection

from deploy.nats import Nats
from events.broker import create_broker
from events.bus import SCREENSHOTS_STREAM, ScreenshotUploaded
from events.log import MatchLog
from events.matches import ExtractionRequested
from events.matches import ScreenshotUploaded as UploadEvent
from events.relay import Relay
from events.streams import set_up
from tests.examples import EXAMPLES, SCREENSHOT, UPLOADED, cause

pytestmark = pytest.mark.anyio


def uploaded(number: int) -> UploadEvent:
    return replace(UPLOADED, match_id=uuid4(), cause=cause(number))


@contextlib.asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def published(bus: Client, count: int) -> list[ScreenshotUploaded]:
    """The first `count` messages of the stream, once they are there."""
    stream = bus.jetstream()
    subscription = await stream.pull_subscribe("events.match.*", "ocr", SCREENSHOTS_STREAM)
    messages: list[ScreenshotUploaded] = []
    async with asyncio.timeout(20):
        while len(messages) < count:
            with contextlib.suppress(TimeoutError):
                for message in await subscription.fetch(count, timeout=1):
                    messages.append(msgspec.json.decode(message.data, type=ScreenshotUploaded))
                    await message.ack_sync()
    return messages


async def test_an_upload_is_published_with_its_picture(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    async with running(Relay(database, bus)):
        [message] = await published(bus, 1)
    assert message.request_id == UPLOADED.id
    assert message.screenshot == SCREENSHOT


async def test_a_request_to_read_again_is_published_with_the_stored_picture(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    request = EXAMPLES["match.extraction_requested.v1"]
    assert isinstance(request, ExtractionRequested)
    match_log.append(request)
    async with running(Relay(database, bus)):
        messages = await published(bus, 2)
    assert [m.request_id for m in messages] == [UPLOADED.id, request.id]
    assert messages[1].screenshot == SCREENSHOT


async def test_a_relay_goes_on_where_the_one_before_stopped(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    first, second = uploaded(1), uploaded(2)
    match_log.append(first)
    async with running(Relay(database, bus)):
        assert [m.request_id for m in await published(bus, 1)] == [first.id]
        await checkpoint_reaches(database, match_log.head())
    match_log.append(second)
    async with running(Relay(database, bus)):
        assert [m.request_id for m in await published(bus, 1)] == [second.id]


async def test_of_two_relays_one_publishes(database: str, match_log: MatchLog, bus: Client) -> None:
    uploads = [uploaded(number) for number in range(1, 21)]
    relays = [Relay(database, bus) for _ in range(2)]
    async with running(relays[0]), running(relays[1]):
        for upload in uploads:
            await asyncio.to_thread(match_log.append, upload)
        messages = await published(bus, len(uploads))
        await checkpoint_reaches(database, match_log.head())
    assert [m.request_id for m in messages] == [u.id for u in uploads]
    info = await bus.jsm().stream_info(SCREENSHOTS_STREAM)
    assert info.state.messages == 0
    assert info.state.last_seq == len(uploads)


async def test_a_relay_whose_connection_is_cut_begins_again(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    async with running(Relay(database, bus)):
        first = uploaded(1)
        match_log.append(first)
        assert [m.request_id for m in await published(bus, 1)] == [first.id]
        async with await AsyncConnection.connect(database, autocommit=True) as conn:
            await conn.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE query LIKE '%log.checkpoints%' AND pid <> pg_backend_pid()
                """
            )
        second = uploaded(2)
        match_log.append(second)
        assert [m.request_id for m in await published(bus, 1)] == [second.id]


async def test_what_was_appended_while_nats_was_down_is_published_after_its_return(
    database: str, match_log: MatchLog, bus: Client, nats_server: Nats
) -> None:
    async with running(Relay(database, bus)):
        nats_server.kill()
        match_log.append(UPLOADED)
        nats_server.start()  # not in a thread: the server dies with the thread that started it
        fresh = create_broker(nats_server.url)
        messages = await published(await fresh.connect(), 1)
        await fresh.stop()
    assert [m.request_id for m in messages] == [UPLOADED.id]


async def test_streams_are_set_up_twice_without_harm(bus: Client) -> None:
    await set_up(bus)
    info = await bus.jsm().consumer_info(SCREENSHOTS_STREAM, "ocr")
    assert isinstance(info.config, ConsumerConfig)
    assert info.config.ack_wait == 6.0


async def checkpoint_reaches(database: str, position: int) -> None:
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        async with asyncio.timeout(20):
            while True:
                cursor = await conn.execute("SELECT position FROM log.checkpoints")
                if await cursor.fetchone() == (position,):
                    return
