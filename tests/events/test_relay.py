"""The relay: every upload reaches the queue once, in order, and whatever was cut."""

import asyncio

import pytest
from msgspec.structs import replace
from nats.aio.client import Client
from psycopg import AsyncConnection

from deploy.nats import Nats
from events.broker import create_broker
from events.log import MatchLog
from events.matches import ExtractionRequested
from events.relay import Relay
from tests.events.relays import (
    ASK_AGAIN_SECONDS,
    Clock,
    all_sent,
    checkpoint_reaches,
    last_sequence,
    published,
    running,
    taken,
    until,
    uploaded,
)
from tests.examples import EXAMPLES, SCREENSHOT, UPLOADED

pytestmark = pytest.mark.anyio


async def test_an_upload_is_published_with_its_picture(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    async with running(Relay(database, bus)):
        [message] = await taken(bus, 1)
    assert str(UPLOADED.id) in message.data.decode()
    assert SCREENSHOT in message.data.decode()


async def test_a_request_to_read_again_is_published_with_the_stored_picture(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    request = EXAMPLES["match.extraction_requested.v1"]
    assert isinstance(request, ExtractionRequested)
    match_log.append(request)
    async with running(Relay(database, bus)):
        first, second = await taken(bus, 2)
    assert str(UPLOADED.id) in first.data.decode()
    assert str(request.id) in second.data.decode()
    assert SCREENSHOT in second.data.decode()


@pytest.mark.parametrize("outcome", ["match.stats_extracted.v1", "match.extraction_failed.v1"])
async def test_what_has_an_outcome_is_not_waited_for_any_more(
    database: str, match_log: MatchLog, bus: Client, outcome: str
) -> None:
    match_log.append(UPLOADED)
    event = replace(EXAMPLES[outcome], version=2)
    async with running(Relay(database, bus)):
        await all_sent(database)
        match_log.append(event)
        await until(database, "SELECT count(*) = 0 FROM log.pending_readings")


async def test_a_relay_that_follows_from_the_beginning_sends_only_what_has_no_outcome(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    match_log.append(replace(EXAMPLES["match.stats_extracted.v1"], version=2))
    waiting = uploaded(50)
    match_log.append(waiting)
    async with running(Relay(database, bus)):
        assert await published(bus, 1) == [waiting.id]
        await checkpoint_reaches(database, match_log.head())
    assert await last_sequence(bus) == 1


async def test_a_relay_goes_on_where_the_one_before_stopped(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    first, second = uploaded(1), uploaded(2)
    match_log.append(first)
    async with running(Relay(database, bus)):
        assert await published(bus, 1) == [first.id]
        await all_sent(database)
    match_log.append(second)
    async with running(Relay(database, bus)):
        assert await published(bus, 1) == [second.id]
    assert await last_sequence(bus) == 2


async def test_an_upload_sent_but_not_noted_is_swallowed_the_second_time(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    async with running(Relay(database, bus)):
        await all_sent(database)
    # As after a crash between the acknowledgement and the note of it.
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        await conn.execute("UPDATE log.pending_readings SET sends = 0, sequence = NULL")
        await conn.execute("UPDATE log.pending_readings SET due_at = '2026-01-01'")
    async with running(Relay(database, bus)):
        await all_sent(database)
    assert await last_sequence(bus) == 1


async def test_what_was_appended_while_nats_was_down_is_published_after_its_return(
    database: str, match_log: MatchLog, bus: Client, nats_server: Nats
) -> None:
    async with running(Relay(database, bus)):
        nats_server.kill()
        match_log.append(UPLOADED)
        nats_server.start()  # not in a thread: the server dies with the thread that started it
        fresh = create_broker(nats_server.url)
        assert await published(await fresh.connect(), 1) == [UPLOADED.id]
        await fresh.stop()


async def test_the_chain_goes_on_after_the_server_forgot_its_last_message_id(
    database: str, match_log: MatchLog, bus: Client, nats_server: Nats
) -> None:
    first, second = uploaded(1), uploaded(2)
    async with running(Relay(database, bus)):
        match_log.append(first)
        assert await published(bus, 1) == [first.id]
        await all_sent(database)
    nats_server.kill()
    nats_server.start()
    fresh = create_broker(nats_server.url)
    client = await fresh.connect()
    async with running(Relay(database, bus)):
        match_log.append(second)
        assert await published(client, 1) == [second.id]
    assert await last_sequence(client) == 2
    await fresh.stop()


async def test_an_event_of_a_newer_version_stops_the_relay_until_it_can_be_read(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    match_log.append(UPLOADED)
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        await conn.execute("UPDATE log.events SET topic = 'match.of_tomorrow.v1'")
        relay = Relay(database, bus)
        async with running(relay):
            async with asyncio.timeout(20):
                while "of_tomorrow" not in (relay.trouble or ""):  # noqa: ASYNC110
                    await asyncio.sleep(ASK_AGAIN_SECONDS)
            await conn.execute("UPDATE log.events SET topic = 'match.screenshot_uploaded.v1'")
            assert await published(bus, 1) == [UPLOADED.id]


async def test_uploads_are_published_in_the_order_of_the_log(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    uploads = [uploaded(number) for number in range(1, 31)]
    async with running(Relay(database, bus, clock=Clock())):
        for upload in uploads:
            await asyncio.to_thread(match_log.append, upload)
        assert await published(bus, len(uploads)) == [upload.id for upload in uploads]
    assert await last_sequence(bus) == len(uploads)


async def test_an_upload_sent_but_read_again_is_swallowed_the_second_time(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    first, second = uploaded(1), uploaded(2)
    match_log.append(first)
    async with running(Relay(database, bus)):
        await all_sent(database)
        match_log.append(second)  # by now it sends what is new before it notes it
        await until(database, "SELECT count(*) = 2 FROM log.pending_readings WHERE sends = 1")
    # As after a crash between the acknowledgement and the note.
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        await conn.execute("DELETE FROM log.pending_readings WHERE sequence = 2")
        await conn.execute("UPDATE log.checkpoints SET position = 1 WHERE follower = 'relay'")
    async with running(Relay(database, bus)):
        await until(database, "SELECT count(*) = 2 FROM log.pending_readings WHERE sends = 1")
    assert await last_sequence(bus) == 2


async def test_what_was_noted_and_not_sent_goes_before_what_is_new(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    noted, new = uploaded(1), uploaded(2)
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        await conn.execute(
            """
            INSERT INTO log.pending_readings (
                request_id, match_id, correlation_id, screenshot, position, due_at
            )
            VALUES (%s, %s, %s, %s, 0, now())
            """,
            [noted.id, noted.match_id, noted.cause.correlation_id, noted.screenshot],
        )
    match_log.append(new)
    async with running(Relay(database, bus)):
        assert await published(bus, 2) == [noted.id, new.id]
