"""Two sets of the parts; the network of the second goes silent or breaks, the first goes on."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.nats import LOOPBACK
from tests.deploy.processes import wait_for
from tests.faults.killing import end
from tests.faults.proxy import Proxy
from tests.faults.readiness import HEALED_WITHIN, is_ready, seconds_until_ready
from tests.faults.second_set import SecondSet
from tests.faults.servers import (
    database_address,
    nats_address,
    nats_of,
    postgres_of,
    postgres_socket,
)
from tests.journeys.copies import Copy, running_copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)

ANSWERED_WITHIN = 3.0  # seconds


@pytest.fixture(scope="module")
def first() -> Iterator[Copy]:
    """A copy of its own: it has to lead, which after a killed process the second set might."""
    with running_copy(TRACKER_RATE_LIMITS="off") as first:
        yield first


@pytest.fixture(scope="module")
def before_postgres(first: Copy) -> Iterator[Proxy]:
    with Proxy(postgres_socket(postgres_of(first).conninfo())) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def before_nats(first: Copy) -> Iterator[Proxy]:
    with Proxy((LOOPBACK, nats_of(first).port)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def second(first: Copy, before_postgres: Proxy, before_nats: Proxy) -> Iterator[SecondSet]:
    second = SecondSet(
        first,
        database=database_address(before_postgres.port),
        nats=nats_address(first, before_nats.port),
    )
    yield second
    end(second)


def test_a_silent_network_to_postgres_stops_one_set_and_not_the_other(
    first: Copy, second: SecondSet, before_postgres: Proxy
) -> None:
    player, other = Player(first), Player(second)
    before_postgres.stall()
    asked_at = time.monotonic()
    refused = other.http.get("/api/matches/")
    assert time.monotonic() - asked_at < ANSWERED_WITHIN
    assert refused.status_code == 503
    uploaded = player.upload(drawn(seed=71)[0], headers={"Prefer": "wait=30"})
    assert uploaded.status_code == 201
    assert uploaded.json()["status"] == "extracted"
    before_postgres.reset()
    before_postgres.flow()
    assert seconds_until_ready(first, second) < HEALED_WITHIN
    # The first to take a connection that was reset is still told to try again.
    wait_for(lambda: other.http.get("/api/matches/").status_code == 200)
    assert other.get("/api/matches/") == []
    for each in (player, other):
        each.http.close()


def test_a_silent_network_to_nats_stops_no_upload(
    first: Copy, second: SecondSet, before_nats: Proxy
) -> None:
    wait_for(lambda: is_ready(second))
    player = Player(second)
    before_nats.stall()
    # The other set hands it to the bus, reads it and takes the reading in.
    uploaded = player.upload(drawn(seed=72)[0], headers={"Prefer": "wait=30"})
    assert uploaded.status_code == 201
    before_nats.reset()
    before_nats.flow()
    assert seconds_until_ready(first, second) < HEALED_WITHIN
    assert len(player.get(f"{uploaded.headers['Location']}history/")) == 2
    player.http.close()
