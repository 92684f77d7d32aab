"""Hears from the OCR how readings go on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
from nats.aio.msg import Msg

from events.bus import READING_STEPS, ReadingStep
from events.bus_connection import connect
from events.cancelling import beside

log = logging.getLogger(__name__)


@asynccontextmanager
async def telling_steps(servers: str, tell: Callable[[ReadingStep], None]) -> AsyncIterator[None]:
    """Call `tell` with every step of every reading; nobody waits for NATS."""
    async with beside(_tell(servers, tell)):
        yield


async def _tell(servers: str, tell: Callable[[ReadingStep], None]) -> None:

    async def take(message: Msg) -> None:
        try:
            tell(msgspec.json.decode(message.data, type=ReadingStep))
        except (msgspec.DecodeError, UnicodeDecodeError):
            log.warning("a message that is no step of a reading")

    client = await connect(servers)
    try:
        await client.subscribe(READING_STEPS, cb=take)
        await asyncio.Future()
    finally:
        await client.close()
