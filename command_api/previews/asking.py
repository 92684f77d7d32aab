"""Asks the OCR over the bus, and waits for its reply."""

import asyncio
import contextlib
from typing import Final, Self

import msgspec
import nats.errors
from faststream.nats import NatsBroker

from events.previews import PREVIEWS, Preview
from events.refusals import Unavailable

REPLY_WITHIN_SECONDS: Final = 20.0
NOBODY_READS: Final = "No picture can be read at this moment; try again soon."


class Previews:
    """The OCR's previews. Use as ``async with Previews(broker) as previews``.

    It connects in the background: the rest of the API does not wait for NATS.
    """

    def __init__(self, broker: NatsBroker) -> None:
        self._broker = broker
        self._connecting: asyncio.Task[object] | None = None

    async def __aenter__(self) -> Self:
        self._connecting = asyncio.create_task(self._broker.connect())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connecting:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
        await self._broker.stop()

    async def read(self, picture: bytes) -> Preview:
        """What stands on the picture; raises `Unavailable` while nobody reads."""
        if self._connecting is None or not self._connecting.done():
            raise Unavailable(NOBODY_READS)
        try:
            reply = await self._broker.request(picture, PREVIEWS, timeout=REPLY_WITHIN_SECONDS)
        except (nats.errors.Error, TimeoutError, OSError):
            raise Unavailable(NOBODY_READS) from None
        return msgspec.json.decode(reply.body, type=Preview)
