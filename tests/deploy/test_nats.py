"""The embedded NATS: who may reach it, and what it survives."""

import asyncio
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import nats
import pytest
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from deploy.nats import Nats


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Nats]:
    server = Nats(tmp_path / "nats")
    server.start()
    yield server
    server.stop()


async def _publish(url: str) -> None:
    client = await nats.connect(url)
    await client.jetstream().add_stream(StreamConfig(name="WORDS", subjects=["words"]))
    await client.jetstream().publish("words", b"kept")
    await client.close()


async def _messages(url: str) -> int:
    client = await nats.connect(url)
    try:
        return (await client.jetstream().stream_info("WORDS")).state.messages
    finally:
        await client.close()


def test_killed_server_comes_back_at_the_same_address_with_its_messages(server: Nats) -> None:
    address = server.url
    asyncio.run(_publish(address))
    server.kill()
    server.start()
    assert server.url == address
    assert asyncio.run(_messages(address)) == 1


def test_wiped_server_knows_no_stream(server: Nats) -> None:
    asyncio.run(_publish(server.url))
    server.kill()
    server.wipe()
    server.start()
    with pytest.raises(NotFoundError):
        asyncio.run(_messages(server.url))


def test_caller_without_the_token_is_turned_away(server: Nats) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"CONNECT {}\r\nPING\r\n")
        *_, last = connection.makefile("rb")
    assert last == b"-ERR 'Authorization Violation'\r\n"


def test_nobody_else_can_read_the_token(server: Nats) -> None:
    secret = [server.folder / "token", server.folder / "nats.conf"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in secret] == [0o600, 0o600]


def test_every_message_is_on_the_disk_before_it_is_acknowledged(server: Nats) -> None:
    assert '"sync_interval": "always"' in (server.folder / "nats.conf").read_text()


def test_path_with_odd_letters_is_no_obstacle(tmp_path: Path) -> None:
    server = Nats(tmp_path / 'my matches, "2026" é' / "nats")
    server.start()
    asyncio.run(_publish(server.url))
    server.stop()
    assert any((server.folder / "store").iterdir())
