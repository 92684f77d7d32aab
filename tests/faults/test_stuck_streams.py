"""Clients that open a stream of events and take nothing: they hold nobody up."""

import contextlib
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.deploy.processes import wait_until_gone
from tests.faults.killing import kill, process_of
from tests.journeys.copies import Copy
from tests.journeys.listening import listening
from tests.journeys.pictures import noise
from tests.journeys.players import Player

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)

MATCHES = 20
STOPS_WITHIN = 15.0  # seconds; then whoever keeps the process kills it


def stuck(system: Copy, player: Player) -> socket.socket:
    """A connection whose client asks for all that happened, and reads none of it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", system.port))
    token = player.http.headers["Authorization"]
    asked = f"GET /api/events/?last_event_id=0 HTTP/1.1\r\nHost: x\r\nAuthorization: {token}"
    connection.sendall(f"{asked}\r\n\r\n".encode())
    return connection


def test_streams_that_nobody_reads_do_not_hold_up_the_stop(system: Copy) -> None:
    player = Player(system)
    log = system.folder / "logs" / "api.log"
    said = log.stat().st_size  # what broke before is said there as well
    api = process_of(system, "api")
    assert api
    for _ in range(MATCHES):
        path = player.upload(noise()).headers["Location"]
        for score in range(10):
            player.http.put(path, json={"score_user": score, "score_opponent": 0})
    with (
        contextlib.ExitStack() as connections,
        listening(player, "/api/events/?last_event_id=0") as listener,
    ):
        for _ in range(9):
            connections.enter_context(stuck(system, player))
        listener.opened()
        listener.until("corrected")
        began = time.monotonic()
        assert kill(system, "api", signal.SIGTERM)
        wait_until_gone(api)
        took = time.monotonic() - began
        assert listener.until("bye")[-1].data == {"reason": "stopping"}
    assert took < STOPS_WITHIN
    assert "raised an exception" not in log.read_bytes()[said:].decode()
    player.http.close()
