"""While the database is silent, requests are refused at once, and those that wait are let off."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from psycopg.conninfo import make_conninfo

from deploy.outage import refusing_while_away
from deploy.pulse import Pulse
from events.cancelling import beside
from tests.faults.proxy import LOOPBACK, Proxy
from tests.faults.servers import postgres_socket

pytestmark = pytest.mark.anyio

LONG = 10.0  # seconds; only a broken pulse needs them
SOON = 3.0  # seconds: what is promised of answers during an outage


@pytest.fixture
def proxy(database: str) -> Iterator[Proxy]:
    with Proxy(postgres_socket(database)) as proxy:
        yield proxy


@pytest.fixture
def through_proxy(database: str, proxy: Proxy) -> str:
    return make_conninfo(database, host=LOOPBACK, port=proxy.port)


@asynccontextmanager
async def beating(conninfo: str) -> AsyncIterator[Pulse]:
    pulse = Pulse(conninfo)
    async with beside(pulse.run()):
        yield pulse


class Asked:
    """A request to `app`, answered in the background."""

    def __init__(self, app: ASGIApp, body: tuple[bytes, ...] = (b"",)) -> None:
        self._chunks = list(body)
        self.messages: list[Message] = []
        scope: Any = {"type": "http", "method": "POST", "path": "/api/matches/", "headers": []}
        self.task = asyncio.create_task(self._run(app, scope))

    @property
    def unread(self) -> int:
        return len(self._chunks)

    async def status(self) -> int:
        async with asyncio.timeout(SOON):
            await self.task
        return int(self.messages[0]["status"])  # type: ignore[typeddict-item]

    async def _run(self, app: ASGIApp, scope: Any) -> None:
        await app(scope, self._receive, self._send)

    async def _receive(self) -> Any:
        if not self._chunks:
            await asyncio.get_running_loop().create_future()
        body = self._chunks.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(self._chunks)}

    async def _send(self, message: Message) -> None:
        self.messages.append(message)


async def waits(_: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await asyncio.sleep(LONG)


async def answers(_: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def until(pulse: Pulse, *, away: bool) -> None:
    async with asyncio.timeout(SOON):
        while pulse.is_away is not away:  # noqa: ASYNC110  # it tells nobody by itself
            await asyncio.sleep(0.01)


async def test_a_request_that_waits_is_refused_when_the_database_falls_silent(
    through_proxy: str, proxy: Proxy
) -> None:
    async with beating(through_proxy) as pulse:
        asked = Asked(refusing_while_away(waits, pulse))
        proxy.stall()
        assert await asked.status() == 503
        assert (b"retry-after", b"1") in asked.messages[0]["headers"]  # type: ignore[typeddict-item]


async def test_during_a_silence_a_request_is_refused_with_its_body_read(
    through_proxy: str, proxy: Proxy
) -> None:
    async with beating(through_proxy) as pulse:
        proxy.stall()
        await until(pulse, away=True)
        asked = Asked(refusing_while_away(answers, pulse), body=(b"first", b"second", b"third"))
        assert await asked.status() == 503
        assert asked.unread == 0


async def test_after_a_silence_requests_are_answered(through_proxy: str, proxy: Proxy) -> None:
    async with beating(through_proxy) as pulse:
        proxy.stall()
        await until(pulse, away=True)
        proxy.flow()
        await until(pulse, away=False)
        assert await Asked(refusing_while_away(answers, pulse)).status() == 200


async def test_an_answer_that_has_begun_is_finished(through_proxy: str, proxy: Proxy) -> None:
    may_end = asyncio.Event()

    async def streams(_: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await may_end.wait()
        await send({"type": "http.response.body", "body": b"all", "more_body": False})

    async with beating(through_proxy) as pulse:
        asked = Asked(refusing_while_away(streams, pulse))
        await asyncio.sleep(0)
        proxy.stall()
        await until(pulse, away=True)
        may_end.set()
        assert await asked.status() == 200
        assert len(asked.messages) == 2


async def test_a_request_given_up_by_others_is_no_refusal(through_proxy: str) -> None:
    async with beating(through_proxy) as pulse:
        asked = Asked(refusing_while_away(waits, pulse))
        await asyncio.sleep(0)
        asked.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked.task
        assert asked.messages == []
