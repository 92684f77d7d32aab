"""The connection to NATS that every part uses: it reconnects for ever and speaks in structs."""

import asyncio
import logging
from typing import Final, TypeVar

import msgspec
import nats
import nats.errors
from fast_depends.msgspec import MsgSpecSerializer
from faststream.nats import NatsBroker, NatsMessage
from msgspec import Struct
from nats.aio.client import Client
from nats.js.errors import NotFoundError

RECONNECT_SECONDS: Final = 0.2
LOOK_SECONDS: Final = 1.0
WAIT_SECONDS: Final = 0.2

S = TypeVar("S", bound=Struct)

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


async def connect(servers: str) -> Client:
    """A connection without subscribers, which reconnects for ever as well.

    Waits for the servers; the caller closes it.
    """
    return await nats.connect(
        servers.split(","),
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_SECONDS,
        error_cb=_note,
    )


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


async def undecoded(message: NatsMessage) -> bytes:
    """A decoder for subscribers that call `decoded` themselves."""
    return message.body


async def decoded(message: NatsMessage, kind: type[S]) -> S | None:
    """What the message says; None, and the server is told to forget it, if that is no `kind`."""
    try:
        return msgspec.json.decode(message.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        log.exception("a message that is no %s", kind.__name__)
        await message.raw_message.term()
        return None


async def _note(error: Exception) -> None:
    log.info("NATS: %s %s", type(error).__name__, error)
