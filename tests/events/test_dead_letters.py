"""A message that no worker can finish: its match shows a failure and does not wait for ever."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from nats.aio.client import Client

from command_api.inbox import subscribe
from command_api.matches.executing import Executor
from deploy.nats import Nats
from events.broker import create_broker
from events.bus import (
    DEAD_LETTERS_CONSUMER,
    DEAD_LETTERS_STREAM,
    OCR_CONSUMER,
    OCR_MOST_DELIVERIES,
    SCREENSHOTS_STREAM,
)
from events.cancelling import beside
from events.dead_letters import DeadLetters
from events.log import MatchLog
from events.match import Match, Status
from events.reading import FailureReason
from events.relay import Relay
from tests.events.relays import ASK_AGAIN_SECONDS, all_sent, running, taken
from tests.examples import MATCH_ID, UPLOADED

pytestmark = pytest.mark.anyio
ADVISORY = "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.SCREENSHOTS.ocr"


@contextlib.asynccontextmanager
async def at_work(
    database: str, match_log: MatchLog, bus: Client, nats_server: Nats
) -> AsyncIterator[None]:
    """All that carries messages, but no OCR."""
    broker = create_broker(nats_server.url)
    subscribe(broker, Executor(match_log))
    await broker.start()
    try:
        async with beside(DeadLetters(database, bus).run()), running(Relay(database, bus)):
            yield
    finally:
        await broker.stop()


async def failed(match_log: MatchLog) -> Match:
    """The match, as soon as it has failed."""
    async with asyncio.timeout(20):
        while True:
            match = await asyncio.to_thread(match_log.load, MATCH_ID)
            if match and match.status is Status.FAILED:
                return match
            await asyncio.sleep(ASK_AGAIN_SECONDS)


async def test_a_picture_that_ends_every_worker_fails_after_the_last_delivery(
    database: str, match_log: MatchLog, bus: Client, nats_server: Nats
) -> None:
    match_log.append(UPLOADED)
    async with at_work(database, match_log, bus, nats_server):
        for _ in range(OCR_MOST_DELIVERIES):
            [message] = await taken(bus, 1)
            await message.nak()  # as the server takes it when its worker dies, but at once
        next_worker = asyncio.create_task(taken(bus, 1))
        match = await failed(match_log)
        next_worker.cancel()
        assert match.failure is not None
        assert match.failure.reason is FailureReason.CRASHED
        assert "try again later" in match.failure.detail
        await empty(bus)


async def test_a_message_that_a_worker_throws_away_fails_its_match(
    database: str, match_log: MatchLog, bus: Client, nats_server: Nats
) -> None:
    match_log.append(UPLOADED)
    async with at_work(database, match_log, bus, nats_server):
        [message] = await taken(bus, 1)
        await message.term()
        match = await failed(match_log)
    assert match.failure is not None
    assert match.failure.reason is FailureReason.CRASHED


async def test_a_dead_letter_of_a_queue_that_is_gone_fails_nobody(
    database: str, match_log: MatchLog, bus: Client, nats_server: Nats
) -> None:
    match_log.append(UPLOADED)
    async with at_work(database, match_log, bus, nats_server):
        await all_sent(database)
        yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        letter = (
            f'{{"stream": "{SCREENSHOTS_STREAM}", "consumer": "{OCR_CONSUMER}", "stream_seq": 1,'
            f' "deliveries": 1, "timestamp": "{yesterday}", "id": "{uuid4()}"}}'
        )
        await bus.jetstream().publish(ADVISORY, letter.encode())
        async with asyncio.timeout(20):
            while not await letters_done(bus):
                pass
    match = match_log.load(MATCH_ID)
    assert match is not None
    assert match.status is Status.PROCESSING


async def letters_done(bus: Client) -> int:
    info = await bus.jsm().consumer_info(DEAD_LETTERS_STREAM, DEAD_LETTERS_CONSUMER)
    return info.ack_floor.stream_seq if info.ack_floor else 0


async def empty(bus: Client) -> None:
    async with asyncio.timeout(20):
        while (await bus.jsm().stream_info(SCREENSHOTS_STREAM)).state.messages:
            pass
