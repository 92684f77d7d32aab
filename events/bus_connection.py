"""A plain connection to NATS, for whoever has no subscribers: it reconnects for ever."""

import logging
from typing import Final

import nats
from nats.aio.client import Client

RECONNECT_SECONDS: Final = 0.2

log = logging.getLogger(__name__)


async def connect(servers: str) -> Client:
    """A connection to `servers`, addresses with commas between.

    Waits for them; the caller closes it.
    """
    return await nats.connect(
        servers.split(","),
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_SECONDS,
        error_cb=_note,
    )


async def _note(error: Exception) -> None:
    log.info("NATS: %s %s", type(error).__name__, error)
