"""The relay looks after what it sent: a lost outcome is asked for again, and not for ever."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from nats.aio.client import Client
from psycopg import AsyncConnection

from events.bus import EXTRACTION_FAILED_CONSUMER, READINGS_STREAM, SCREENSHOTS_STREAM
from events.bus import ExtractionFailed as FailedAnswer
from events.log import MatchLog
from events.reading import FailureReason
from events.reconciling import MOST_SENDS
from events.relay import Relay
from tests.events.relays import (
    Clock,
    all_sent,
    last_sequence,
    published,
    request_of,
    running,
    taken,
    until,
)
from tests.examples import UPLOADED

pytestmark = pytest.mark.anyio
OVER_A_MINUTE = timedelta(seconds=61)


async def test_a_picture_whose_outcome_was_lost_is_sent_again_with_growing_pauses(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    clock = Clock()
    async with running(Relay(database, bus, clock=clock)):
        message_ids = []
        for minutes in (1, 2, 4):
            [message] = await taken(bus, 1)
            await message.ack_sync()
            assert request_of(message) == UPLOADED.id
            message_ids.append((message.headers or {})["Nats-Msg-Id"])
            await until(
                database,
                "SELECT due_at = %(due_at)s FROM log.pending_readings",
                due_at=clock.now + timedelta(minutes=minutes),
            )
            clock.turn(timedelta(minutes=minutes))
        assert await published(bus, 1) == [UPLOADED.id]
    assert len(set(message_ids)) == 3


async def test_a_picture_that_waits_for_its_turn_is_not_sent_again(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    clock = Clock()
    async with running(Relay(database, bus, clock=clock)):
        await all_sent(database)
        clock.turn(timedelta(hours=5))
        await until(database, "SELECT due_at > %(now)s FROM log.pending_readings", now=clock.now)
    assert await last_sequence(bus) == 1


async def test_a_picture_that_was_handed_out_and_forgotten_is_replaced(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    clock = Clock()
    async with running(Relay(database, bus, clock=clock)):
        await taken(bus, 1)  # and never acknowledged
        await all_sent(database)
        clock.turn(timedelta(minutes=11))
        await all_sent(database, sends=2)
    info = await bus.jsm().stream_info(SCREENSHOTS_STREAM)
    assert (info.state.last_seq, info.state.messages) == (2, 1)


async def test_a_picture_that_was_sent_too_often_is_given_up(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    clock = Clock()
    async with running(Relay(database, bus, clock=clock)):
        await published(bus, 1)
        await all_sent(database)
        async with await AsyncConnection.connect(database, autocommit=True) as conn:
            await conn.execute(
                "UPDATE log.pending_readings SET sends = %(sends)s", {"sends": MOST_SENDS}
            )
        clock.turn(OVER_A_MINUTE)
        answers = await bus.jetstream().pull_subscribe_bind(
            consumer=EXTRACTION_FAILED_CONSUMER, stream=READINGS_STREAM
        )
        async with asyncio.timeout(20):
            [message] = await answers.fetch(1, timeout=20)
    answer = msgspec.json.decode(message.data, type=FailedAnswer)
    assert answer.request_id == UPLOADED.id
    assert answer.reason is FailureReason.CRASHED
    assert answer.attempts == MOST_SENDS
