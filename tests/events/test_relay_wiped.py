"""A queue that is lost, with all it held, is filled again from the log."""

import pytest
from msgspec.structs import replace
from nats.aio.client import Client

from deploy.nats import Nats
from events.broker import create_broker
from events.bus import READINGS_STREAM, SCREENSHOTS_STREAM
from events.log import MatchLog
from events.relay import Relay
from events.streams import set_up
from tests.events.relays import (
    Clock,
    all_sent,
    checkpoint_reaches,
    last_sequence,
    published,
    running,
    uploaded,
)
from tests.examples import EXAMPLES, UPLOADED

pytestmark = pytest.mark.anyio


async def lose(bus: Client, stream: str) -> None:
    await bus.jsm().delete_stream(stream)
    await set_up(bus)


async def test_a_queue_lost_between_two_relays_is_filled_with_what_has_no_outcome(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    read, waiting = UPLOADED, uploaded(50)
    match_log.append(read)
    match_log.append(waiting)
    async with running(Relay(database, bus)):
        await all_sent(database)
        match_log.append(replace(EXAMPLES["match.stats_extracted.v1"], version=2))
        await checkpoint_reaches(database, match_log.head())
    await lose(bus, SCREENSHOTS_STREAM)
    async with running(Relay(database, bus)):
        assert await published(bus, 1) == [waiting.id]
        await all_sent(database, sends=2)
    assert await last_sequence(bus) == 1


async def test_a_queue_lost_while_the_relay_runs_is_filled_again(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    uploads = [uploaded(number) for number in (1, 2, 3)]
    async with running(Relay(database, bus)):
        for upload in uploads:
            match_log.append(upload)
        await all_sent(database)
        await lose(bus, SCREENSHOTS_STREAM)
        assert await published(bus, 3) == [upload.id for upload in uploads]


async def test_a_readings_stream_that_is_lost_with_an_answer_has_the_picture_read_again(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    async with running(Relay(database, bus)):
        match_log.append(UPLOADED)
        assert await published(bus, 1) == [UPLOADED.id]
        await all_sent(database)
        await lose(bus, READINGS_STREAM)
        assert await published(bus, 1) == [UPLOADED.id]


async def test_a_server_that_lost_its_disk_is_given_everything_again(
    database: str, match_log: MatchLog, bus: Client, nats_server: Nats
) -> None:
    uploads = [uploaded(number) for number in (1, 2, 3)]
    async with running(Relay(database, bus, clock=Clock())):
        for upload in uploads[:2]:
            match_log.append(upload)
        await all_sent(database)
        nats_server.kill()
        nats_server.wipe()
        match_log.append(uploads[2])
        nats_server.start()  # not in a thread: the server dies with the thread that started it
        fresh = create_broker(nats_server.url)
        client = await fresh.connect()
        await set_up(client)
        # What was never sent comes before what is sent once more.
        assert set(await published(client, 3)) == {upload.id for upload in uploads}
        await fresh.stop()
