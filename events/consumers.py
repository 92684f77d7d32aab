"""The consumers on NATS that subscribers rest on, which `migrate` makes."""

import asyncio
import logging
from typing import Final

import nats.errors
from nats.aio.client import Client
from nats.js.errors import NotFoundError

LOOK_SECONDS: Final = 1.0
WAIT_SECONDS: Final = 0.2

log = logging.getLogger(__name__)


class ConsumerLost(Exception):
    """A consumer is gone from the server: its stream was deleted or the server's disk lost."""


async def until_there(client: Client, stream: str, consumer: str) -> None:
    """Wait until `migrate` has made the consumer.

    To subscribe before would make one, and not as `migrate` does.
    """
    while True:
        try:
            await client.jsm().consumer_info(stream, consumer)
        except (nats.errors.Error, OSError):
            log.info("waiting for %s of %s", consumer, stream)
            await asyncio.sleep(WAIT_SECONDS)
        else:
            return


async def watch_consumer(client: Client, stream: str, consumer: str) -> None:
    """Look at a consumer for ever; raises `ConsumerLost` when it is gone or is another one.

    A subscriber whose consumer is gone asks for messages in vain, without a pause, and raises
    nothing: it has to begin anew.
    """
    manager = client.jsm()
    first_seen = None
    while True:
        try:
            info = await manager.consumer_info(stream, consumer)
            first_seen = first_seen or info.created
            if info.created != first_seen:
                raise ConsumerLost(f"The consumer {consumer} of {stream} was made anew.")
        except NotFoundError:
            raise ConsumerLost(f"The consumer {consumer} of {stream} is gone.") from None
        except (nats.errors.Error, OSError):
            log.info("NATS does not answer; %s of %s is looked for again", consumer, stream)
        await asyncio.sleep(LOOK_SECONDS)
