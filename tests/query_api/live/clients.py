"""Clients of streams without a network: what is sent to them, and how they leave."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from litestar.types import ASGIApp, HTTPScope, Message, ReceiveMessage
from psycopg_pool import AsyncConnectionPool

from events.cancelling import beside
from events.identity import Access, Principal
from events.media import MediaAddresses
from events.progress import Progress
from events.revocations import Revocations
from query_api.live.stream import Pace
from query_api.live.streams import PACE, Streams

WITHIN = 20.0  # seconds
SCOPE = cast(HTTPScope, {"type": "http"})
PLAYER = Principal(UUID(int=1), UUID(int=77))


def access(life: timedelta = timedelta(minutes=10)) -> Access:
    return Access(PLAYER, datetime.now(UTC) + life)


class Client:
    """Reads a stream; while it is held, it takes nothing."""

    def __init__(self) -> None:
        self.body = b""
        self.is_over = False
        self.is_offered = False
        self._gone = asyncio.Event()
        self._taking = asyncio.Event()
        self._taking.set()
        self._news = asyncio.Event()

    @property
    def told(self) -> list[tuple[int, str]]:
        """Id and kind of all changes that came."""
        found = re.findall(rb"id: (\d+)\nevent: (\w+)", self.body)
        return [(int(position), kind.decode()) for position, kind in found]

    @property
    def last_id(self) -> str | None:
        found = re.findall(rb"id: (\d+)", self.body)
        return found[-1].decode() if found else None

    def hold(self) -> None:
        self._taking.clear()

    def go_on(self) -> None:
        self._taking.set()

    def leave(self) -> None:
        self._gone.set()

    async def receive(self) -> ReceiveMessage:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.is_offered = True
        self._news.set()
        await self._taking.wait()
        if message["type"] == "http.response.body":
            self.body += message["body"]
            self.is_over = not message["more_body"]
        self._news.set()

    async def until_told(self, count: int) -> None:
        await self.until(lambda: len(self.told) >= count)

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN):
            while not happened():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def streams_of(database: str, pace: Pace = PACE) -> AsyncIterator[Streams]:
    """The streams of a process that is connected to everything."""
    async with (
        AsyncConnectionPool[Any](database, min_size=1, max_size=4, open=False) as pool,
        Progress(database) as progress,
    ):
        revocations = Revocations(database, pool)
        media = MediaAddresses(bytes(32))
        async with beside(revocations.run()):
            await revocations.until_hearing()
            async with Streams(pool, progress, revocations, media, pace) as streams:
                yield streams


async def cut_off(app: ASGIApp, client: Client) -> None:
    """The whole stream of a client that stays: it has to be ended from our side."""
    async with asyncio.timeout(WITHIN):
        await app(SCOPE, client.receive, client.send)


@asynccontextmanager
async def connected(app: ASGIApp, client: Client) -> AsyncIterator[Client]:
    """The client while its stream is open; it leaves in the end."""
    running = asyncio.ensure_future(app(SCOPE, client.receive, client.send))
    try:
        yield client
    finally:
        client.leave()
        client.go_on()
        async with asyncio.timeout(WITHIN):
            await running
