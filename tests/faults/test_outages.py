"""The database hangs or is gone: every address says so soon, and works again when it is back."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.deploy.processes import descendants
from tests.faults.killing import process_of
from tests.faults.readiness import HEALED_WITHIN, seconds_until_ready
from tests.faults.routes import Call, calls
from tests.faults.second_set import OWN_PARTS
from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player

AT_ONCE = 32
OF_EACH = 8  # requests to each address; always 32 of all of them are under way
ANSWERED_WITHIN = 3.0  # seconds
Outage = Callable[[Copy], AbstractContextManager[None]]

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)


@contextmanager
def hangs(system: Copy) -> Iterator[None]:
    """PostgreSQL stands still, with every process of it; nothing ends a connection."""
    server = process_of(system, "postgres")
    assert server
    # The parent first and last: what it does not wait for keeps its number, though it may end.
    os.kill(server, signal.SIGSTOP)
    children = descendants(server) - {server}
    for process_id in children:
        os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        for process_id in [*children, server]:
            os.kill(process_id, signal.SIGCONT)


@contextmanager
def is_gone(system: Copy) -> Iterator[None]:
    """PostgreSQL was killed, and who would start it again stands still."""
    server = process_of(system, "postgres")
    assert server
    system.process.send_signal(signal.SIGSTOP)
    try:
        os.kill(server, signal.SIGKILL)
        yield
    finally:
        system.process.send_signal(signal.SIGCONT)


def answered(call: Call, http: httpx.Client) -> tuple[Call, httpx.Response, float]:
    asked_at = time.monotonic()
    try:
        answer = call.of(http)
    except httpx.TransportError as e:
        raise AssertionError(f"{call} after {time.monotonic() - asked_at}: {e!r}") from None
    return call, answer, time.monotonic() - asked_at


def refused_properly(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and "retry-after" in answer.headers and answer.json()["detail"]


@pytest.mark.parametrize("outage", [hangs, is_gone])
def test_every_address_says_soon_that_the_database_is_away_and_works_when_it_is_back(
    system: Copy, outage: Outage
) -> None:
    player = Player(system)
    picture, _ = drawn(seed=31)
    match = player.upload(picture, score_user="1", score_opponent="0").json()
    known = [*calls(player, match["id"], picture), Call("GET", "/readyz")]
    parts = [process_of(system, part) for part in OWN_PARTS]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        with outage(system):
            first = [known[number % len(known)] for number in range(AT_ONCE)]
            for call, answer, seconds in threads.map(lambda c: answered(c, player.http), first):
                # A preview needs no record: it is read while nobody knows of the outage.
                assert refused_properly(answer) or "/ocr/" in call.path, (call, answer.text)
                assert seconds < ANSWERED_WITHIN, (call, seconds)
            later = [call for call in known for _ in range(OF_EACH)]
            for call, answer, seconds in threads.map(lambda c: answered(c, player.http), later):
                assert refused_properly(answer), (call, answer.text)
                assert seconds < ANSWERED_WITHIN, (call, seconds)
            assert system.ask("GET", "/healthz").status_code == 200
        assert seconds_until_ready(system) < HEALED_WITHIN
        for call in known:
            answer = call.of(player.http)
            assert answer.status_code in call.statuses, (call, answer.text)
    assert [process_of(system, part) for part in OWN_PARTS] == parts  # none had to start again
    player.http.close()
