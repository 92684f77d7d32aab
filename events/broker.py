"""The connection to NATS that every part uses: it reconnects for ever and speaks in structs."""

import asyncio
import logging
from typing import Final

import nats.errors
from fast_depends.msgspec import MsgSpecSerializer
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.js.errors import NotFoundError

RECONNECT_SECONDS: Final = 0.2
LOOK_SECONDS: Final = 2.0

log = logging.getLogger(__name__)


class ConsumerLost(Exception):
    """A consumer is gone from the server: its stream was deleted or the server's disk lost."""


def create_broker(servers: str) -> NatsBroker:
    """A broker for `servers`, addresses with commas between; it is not connected yet."""
    return NatsBroker(
        servers.split(","),
        serializer=MsgSpecSerializer(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]  # it only sleeps that long
        logger=None,
    )


async def watch_consumer(client: Client, stream: str, consumer: str) -> None:
    """Look at a consumer for ever; raises `ConsumerLost` when it is gone.

    A subscriber whose consumer is gone hears nothing any more, and no error either: the process
    has to begin anew.
    """
    manager = client.jsm()
    while True:
        try:
            await manager.consumer_info(stream, consumer)
        except NotFoundError:
            raise ConsumerLost(f"The consumer {consumer} of {stream} is gone.") from None
        except (nats.errors.Error, OSError):
            log.info("NATS does not answer; %s of %s is looked for again", consumer, stream)
        await asyncio.sleep(LOOK_SECONDS)
