"""While the database is away, requests are answered with 503 at once instead of waiting for it."""

import asyncio
from typing import Final

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

from deploy.pulse import Pulse
from events.web import DATABASE_AWAY

# They tell by themselves how things are.
HEALTH: Final = frozenset({"/healthz", "/readyz"})
REST_OF_BODY_SECONDS: Final = 1.0


def refusing_while_away(app: ASGIApp, pulse: Pulse) -> ASGIApp:
    """`app`, for as long as the database answers; an answer that has begun is finished."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        if scope["type"] != ScopeType.HTTP or scope["path"].rstrip("/") in HEALTH or task is None:
            await app(scope, receive, send)
            return
        if pulse.is_away:
            await _take_rest(receive)
            await _refuse(send)
            return
        is_body_read = False

        async def receive_and_note() -> ReceiveMessage:
            nonlocal is_body_read
            event = await receive()
            is_body_read = event["type"] != "http.request" or not event.get("more_body", False)
            return event

        async def send_and_let_go(message: Message) -> None:
            pulse.let_go(task)
            await send(message)

        pulse.watch(task)
        try:
            await app(scope, receive_and_note, send_and_let_go)
        except asyncio.CancelledError:
            if not pulse.has_cut_off(task):
                raise
            if not is_body_read:
                await _take_rest(receive)
            await _refuse(send)
        finally:
            pulse.let_go(task)

    return guarded


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"1")]
    body = msgspec.json.encode({"detail": DATABASE_AWAY})
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _take_rest(receive: Receive) -> None:
    """Let a client that is still sending finish: many read no answer before."""
    try:
        async with asyncio.timeout(REST_OF_BODY_SECONDS):
            while (message := await receive())["type"] == "http.request":
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return
