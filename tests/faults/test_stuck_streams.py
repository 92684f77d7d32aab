"""Clients that open a stream of events and take nothing: they hold nobody up."""

import contextlib
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from tests.journeys.copies import Copy, running_copy
from tests.journeys.listening import listening
from tests.journeys.pictures import noise
from tests.journeys.players import Player

MATCHES = 20
STOPS_WITHIN = 15.0  # seconds; then whoever keeps the process kills it


@pytest.fixture(scope="module")
def system() -> Iterator[Copy]:
    with running_copy(TRACKER_RATE_LIMITS="off", TRACKER_QUOTA_PENDING="1000") as system:
        yield system


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
        status, _ = system.end(signal.SIGTERM)
        took = time.monotonic() - began
        assert listener.until("bye")[-1].data == {"reason": "stopping"}
    assert (status, took < STOPS_WITHIN) == (0, True), took
    assert "raised an exception" not in (system.folder / "logs" / "api.log").read_text()
    player.http.close()
