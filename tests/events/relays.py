"""Relays for tests: running ones, what they publish, a clock to turn, a connection to freeze."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec.structs import replace
from nats.aio.client import Client
from nats.aio.msg import Msg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from events.bus import OCR_CONSUMER, SCREENSHOTS_STREAM, ScreenshotUploaded
from events.cancelling import end
from events.matches import ScreenshotUploaded as UploadEvent
from events.relay import Relay
from tests.examples import UPLOADED, cause

PORT = 5432
PATIENCE_SECONDS = 20
# Who asks without a pause takes two cores from those who are waited for.
ASK_AGAIN_SECONDS = 0.005


class Clock:
    """A clock that somebody turns."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


def uploaded(number: int) -> UploadEvent:
    return replace(UPLOADED, match_id=uuid4(), cause=cause(number))


@contextlib.asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        await end(task)
        assert task.cancelled()  # it ends for no other reason


async def taken(bus: Client, count: int) -> list[Msg]:
    """The next `count` messages of the queue, as a worker takes them."""
    subscription = await bus.jetstream().pull_subscribe_bind(
        consumer=OCR_CONSUMER, stream=SCREENSHOTS_STREAM
    )
    messages: list[Msg] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(messages) < count:
            with contextlib.suppress(TimeoutError):
                messages += await subscription.fetch(count - len(messages), timeout=1)
    await subscription.unsubscribe()
    return messages


async def published(bus: Client, count: int) -> list[UUID]:
    """Who asks for a reading in the next `count` messages; they are then done."""
    messages = await taken(bus, count)
    for message in messages:
        await message.ack_sync()
    return [request_of(message) for message in messages]


def request_of(message: Msg) -> UUID:
    return msgspec.json.decode(message.data, type=ScreenshotUploaded).request_id


async def last_sequence(bus: Client) -> int:
    return (await bus.jsm().stream_info(SCREENSHOTS_STREAM)).state.last_seq


async def until(database: str, question: str, **values: Any) -> None:
    """Ask the database until it says true."""
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                cursor = await conn.execute(question.encode(), values)
                if await cursor.fetchone() == (True,):
                    return
                await asyncio.sleep(ASK_AGAIN_SECONDS)


async def checkpoint_reaches(database: str, position: int) -> None:
    await until(
        database,
        "SELECT position = %(position)s FROM log.checkpoints WHERE follower = 'relay'",
        position=position,
    )


async def all_sent(database: str, sends: int = 1) -> None:
    """Wait until the relay has noted that everything pending was sent so often."""
    await until(database, "SELECT min(sends) = %(sends)s FROM log.pending_readings", sends=sends)


class Freezer:
    """A way to the database that can be frozen: then nothing passes, and nobody is told."""

    def __init__(self, database: str, folder: Path) -> None:
        parts = conninfo_to_dict(database)
        self._server = f"{parts['host']}/.s.PGSQL.{parts.get('port') or PORT}"
        self._address = folder / f".s.PGSQL.{PORT}"
        self.database = make_conninfo(database, host=str(folder), port=PORT)
        self._open = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Freezer"]:
        self._open.set()
        server = await asyncio.start_unix_server(self._accept, self._address)
        try:
            yield self
        finally:
            server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    def freeze(self) -> None:
        self._open.clear()

    def thaw(self) -> None:
        self._open.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _closed_at_the_end(writer):
            await self._open.wait()
            from_server, to_server = await asyncio.open_unix_connection(self._server)
            async with _closed_at_the_end(to_server):
                await asyncio.gather(
                    self._pass_on(reader, to_server), self._pass_on(from_server, writer)
                )

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                await self._open.wait()
                sink.write(data)
                await sink.drain()
        sink.close()


@contextlib.asynccontextmanager
async def _closed_at_the_end(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
