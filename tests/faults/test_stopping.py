"""The API is told to stop while it is at work: what it has taken, it finishes."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.deploy.processes import wait_for, wait_until_gone
from tests.faults.killing import kill, process_of
from tests.faults.readiness import HEALED_WITHIN, seconds_until_ready
from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player
from tests.plain_http import NO_CERTIFICATES

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)

UPLOADS = 8
SLOW_CLIENT = 1.5  # seconds that a client takes for the rest of its body
STOPS_WITHIN = 15.0  # seconds; then whoever keeps the process kills it


@pytest.fixture
def player(system: Copy) -> Iterator[Player]:
    player = Player(system)
    yield player
    player.http.close()


def stop_api(system: Copy) -> None:
    """Tell the API to stop, and wait until it takes no more connections."""
    stopped = process_of(system, "api")
    assert stopped
    kill(system, "api", signal.SIGTERM)

    def is_closed() -> bool:
        try:
            socket.create_connection(("127.0.0.1", system.port)).close()
        except ConnectionRefusedError:
            return True
        return process_of(system, "api") != stopped

    wait_for(is_closed)


def test_uploads_that_wait_for_their_reading_are_answered_when_the_api_stops(
    system: Copy, player: Player
) -> None:
    picture, _ = drawn(seed=41)
    api = process_of(system, "api")
    assert api
    assert kill(system, "ocr", signal.SIGSTOP)  # so that they wait
    try:
        with ThreadPoolExecutor(UPLOADS) as threads:
            sent = [
                threads.submit(player.upload, picture, headers={"Prefer": "wait=60"})
                for _ in range(UPLOADS)
            ]
            with httpx.Client(
                headers=player.http.headers, base_url=system.address, verify=NO_CERTIFICATES
            ) as other:
                wait_for(lambda: len(other.get("/api/matches/").json()) == UPLOADS)
            kill(system, "api", signal.SIGTERM)
            answers = [each.result(STOPS_WITHIN) for each in sent]
    finally:
        kill(system, "ocr", signal.SIGCONT)
    wait_until_gone(api)
    assert [answer.status_code for answer in answers] == [202] * UPLOADS
    assert all(answer.json()["status"] == "processing" for answer in answers)
    assert seconds_until_ready(system) < HEALED_WITHIN


def test_a_request_whose_body_is_on_its_way_is_answered_when_the_api_stops(
    system: Copy, player: Player
) -> None:
    match = player.upload(drawn(seed=42)[0], score_user="1", score_opponent="0").json()
    body = json.dumps({"score_user": 2, "score_opponent": 2}).encode()
    head = (
        f"PUT /api/matches/{match['id']}/ HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {player.http.headers['authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", system.port), timeout=10) as connection:
        connection.sendall(head.encode() + body[:5])
        stop_api(system)
        goes_on_at = time.monotonic() + SLOW_CLIENT
        wait_for(lambda: time.monotonic() > goes_on_at)
        connection.sendall(body[5:])
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["score_user"] == 2
    seconds_until_ready(system)
    assert player.get(f"/api/matches/{match['id']}/")["score_user"] == 2
