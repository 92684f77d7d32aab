"""Many relays: one leads, another follows it when it is cut off, and none publishes twice."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace
from nats.aio.client import Client
from psycopg import AsyncConnection

from events.bus import SCREENSHOTS_STREAM, ScreenshotUploaded
from events.log import MatchLog
from events.relay import Relay
from events.upload_queue import ChainBroken, UploadQueue, stream_state
from tests.events.relays import (
    ASK_AGAIN_SECONDS,
    Freezer,
    all_sent,
    last_sequence,
    published,
    running,
    until,
    uploaded,
)
from tests.examples import MATCH_ID, REQUEST_ID, SCREENSHOT

pytestmark = pytest.mark.anyio
LEASE = 1.0
MESSAGE = ScreenshotUploaded(
    request_id=uuid4(), match_id=MATCH_ID, correlation_id=REQUEST_ID, screenshot=SCREENSHOT
)
END_THE_LEADER = """
    SELECT bool_or(pg_terminate_backend(pid))
    FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND objid::bigint = hashtext('tracker relay')::bigint & x'ffffffff'::bigint
"""


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """The path of a socket may have 100 characters only."""
    folder = Path(tempfile.mkdtemp(prefix="freezer-"))
    yield folder
    shutil.rmtree(folder)


async def test_of_two_relays_one_publishes(database: str, match_log: MatchLog, bus: Client) -> None:
    uploads = [uploaded(number) for number in range(1, 21)]
    async with running(Relay(database, bus)), running(Relay(database, bus)):
        for upload in uploads:
            await asyncio.to_thread(match_log.append, upload)
        assert await published(bus, len(uploads)) == [upload.id for upload in uploads]
        await all_sent(database)
    assert await last_sequence(bus) == len(uploads)


async def test_when_the_leaders_connection_is_cut_the_uploads_go_on(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    async with running(Relay(database, bus)), running(Relay(database, bus)):
        for number in range(1, 4):
            upload = uploaded(number)
            match_log.append(upload)
            assert await published(bus, 1) == [upload.id]
            await all_sent(database)
            await until(database, END_THE_LEADER)
    assert await last_sequence(bus) == 3


async def test_a_leader_whose_connection_is_silently_dead_is_followed_by_another(
    database: str, match_log: MatchLog, bus: Client, short_folder: Path
) -> None:
    async with Freezer(database, short_folder).running() as freezer:
        cut_off = Relay(freezer.database, bus, lease=LEASE)
        async with running(cut_off):
            first, second, third = (uploaded(number) for number in (1, 2, 3))
            match_log.append(first)
            assert await published(bus, 1) == [first.id]
            await all_sent(database)
            freezer.freeze()
            async with running(Relay(database, bus, lease=LEASE)):
                match_log.append(second)
                assert await published(bus, 1) == [second.id]
                async with asyncio.timeout(20):
                    while not cut_off.trouble:  # noqa: ASYNC110  # it has no event to wait for
                        await asyncio.sleep(ASK_AGAIN_SECONDS)
                freezer.thaw()
                async with asyncio.timeout(20):
                    while cut_off.trouble:  # noqa: ASYNC110
                        await asyncio.sleep(ASK_AGAIN_SECONDS)
                match_log.append(third)
                assert await published(bus, 1) == [third.id]
    assert await last_sequence(bus) == 3


async def test_a_stale_leader_that_publishes_late_is_refused(bus: Client) -> None:
    stale, leader = UploadQueue(bus), UploadQueue(bus)
    stale.begin(await stream_state(bus, SCREENSHOTS_STREAM))
    leader.begin(await stream_state(bus, SCREENSHOTS_STREAM))
    await leader.publish(MESSAGE, "first")
    await leader.publish(MESSAGE, "second")
    # With ids that the server has not seen, as all are when the duplicate window is over.
    with pytest.raises(ChainBroken):
        await stale.publish(MESSAGE, "late")
    await leader.publish(MESSAGE, "third")
    assert await last_sequence(bus) == 3


async def test_a_relay_that_finds_a_foreign_message_in_its_chain_begins_the_chain_anew(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    async with running(Relay(database, bus)):
        first, second = uploaded(1), uploaded(2)
        match_log.append(first)
        assert await published(bus, 1) == [first.id]
        await all_sent(database)
        late = UploadQueue(bus)
        late.begin(await stream_state(bus, SCREENSHOTS_STREAM))
        await late.publish(replace(MESSAGE, request_id=first.id), "late")
        match_log.append(second)
        assert await published(bus, 2) == [first.id, second.id]


async def test_a_standby_says_that_all_is_well(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    standby = Relay(database, bus)
    async with await AsyncConnection.connect(database, autocommit=True) as leader:
        await leader.execute("SELECT pg_advisory_lock(hashtext('tracker relay'))")
        async with running(standby), asyncio.timeout(20):
            while standby.trouble:  # noqa: ASYNC110  # it has no event to wait for
                await asyncio.sleep(ASK_AGAIN_SECONDS)
            match_log.append(uploaded(1))
        assert await last_sequence(bus) == 0
