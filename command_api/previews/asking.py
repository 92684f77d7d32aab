"""Asks the OCR over the bus, and waits for its reply."""

import asyncio
from typing import Final, Self

import msgspec
import nats.errors
from nats.aio.client import Client

from command_api.pictures import inspect
from command_api.received import ReceivedFile
from events.bus_connection import connect
from events.cancelling import end
from events.previews import PREVIEWS, Preview
from events.refusals import Unavailable

REPLY_WITHIN_SECONDS: Final = 20.0
# Each is held in memory, more than once, until there is a reply.
LARGE_ONES_AT_ONCE: Final = 1
NOBODY_READS: Final = "No picture can be read at this moment; try again soon."


class Previews:
    """The OCR's previews. Use as ``async with Previews(servers) as previews``.

    It connects in the background: the rest of the API does not wait for NATS.
    """

    def __init__(self, servers: str) -> None:
        self._servers = servers
        self._connecting: asyncio.Task[Client] | None = None
        self._large = asyncio.Semaphore(LARGE_ONES_AT_ONCE)

    async def __aenter__(self) -> Self:
        self._connecting = asyncio.create_task(connect(self._servers))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connecting:
            await end(self._connecting)
        if client := self._client:
            await client.close()

    async def read(self, file: ReceivedFile) -> Preview:
        """What stands on the picture in `file`.

        Raises what `inspect` refuses, and `Unavailable` while nobody reads.
        """
        if not file.is_large:
            return await self._ask(inspect(file.view()).data)
        async with self._large:
            return await self._ask(inspect(file.view()).data)

    async def _ask(self, picture: bytes) -> Preview:
        client = self._client
        if client is None:
            raise Unavailable(NOBODY_READS)
        try:
            reply = await client.request(PREVIEWS, picture, timeout=REPLY_WITHIN_SECONDS)
        except (nats.errors.Error, TimeoutError, OSError):
            raise Unavailable(NOBODY_READS) from None
        return msgspec.json.decode(reply.data, type=Preview)

    @property
    def _client(self) -> Client | None:
        """The connection; None until it is there."""
        connecting = self._connecting
        if connecting and connecting.done() and not connecting.cancelled():
            return None if connecting.exception() else connecting.result()
        return None
