"""The broker of those who subscribe: it reconnects for ever and speaks in structs."""

import logging
from typing import TypeVar

import msgspec
from fast_depends.msgspec import MsgSpecSerializer
from faststream.nats import NatsBroker, NatsMessage
from msgspec import Struct

from events.bus_connection import RECONNECT_SECONDS

S = TypeVar("S", bound=Struct)

log = logging.getLogger(__name__)


def create_broker(servers: str) -> NatsBroker:
    """A broker for `servers`, addresses with commas between; it is not connected yet."""
    return NatsBroker(
        servers.split(","),
        serializer=MsgSpecSerializer(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]  # it only sleeps that long
        logger=None,
    )


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
