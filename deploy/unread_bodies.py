"""What becomes of a body that a refused request is still sending."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import Final

from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

# The largest upload that is taken, and time for most of one.
MOST_BYTES: Final = 11 * 2**20
SECONDS: Final = 10.0
SILENCE_SECONDS: Final = 1.0


def hearing_out(app: ASGIApp) -> ASGIApp:
    """`app`, whose clients are heard out before their connection is closed.

    Where a connection with unread bytes is closed, TCP resets it, and the client may lose the
    answer: an upload whose token has just expired would fail without a word.
    """

    async def patient(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if not _announces_body(headers):
            await app(scope, receive, send)
            return
        is_read = False

        async def receive_and_note() -> ReceiveMessage:
            nonlocal is_read
            event = await receive()
            is_read = event["type"] != "http.request" or not event.get("more_body", False)
            return event

        async def send_the_end_late(message: Message) -> None:
            if is_read:
                await send(message)
            elif message["type"] == "http.response.start":
                # No other request can follow a body that is not read to its end.
                closing = (b"connection", b"close")
                await send({**message, "headers": [*message["headers"], closing]})
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                # The server closes after the last byte.
                await send({**message, "body": message["body"][:-1], "more_body": True})
                if b"expect" not in headers:  # else it sends no body after a refusal
                    await _drop_rest(receive)
                await send({**message, "body": message["body"][-1:]})
            else:
                await send(message)

        await app(scope, receive_and_note, send_the_end_late)

    return patient


async def _drop_rest(receive: Receive) -> None:
    give_up_at = monotonic() + SECONDS
    dropped = 0
    with suppress(TimeoutError):
        while dropped <= MOST_BYTES:
            async with asyncio.timeout(min(SILENCE_SECONDS, give_up_at - monotonic())):
                event = await receive()
            if event["type"] != "http.request" or not event.get("more_body", False):
                return
            dropped += len(event["body"])


def _announces_body(headers: Mapping[bytes, bytes]) -> bool:
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
