"""A running copy, and a match in it that whole tables of requests are tried on."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.asking import Asked, ask
from tests.contract.described import as_described
from tests.journeys.copies import Copy
from tests.journeys.pictures import noise
from tests.journeys.players import Player
from tests.plain_http import NO_CERTIFICATES


@pytest.fixture(scope="session")
def picture() -> bytes:
    """Noise: it is known at a glance that there is nothing to read, so no test waits for that."""
    return noise()


@pytest.fixture(scope="session")
def anyone(copy: Copy) -> Iterator[httpx.Client]:
    """A client who has not signed in."""
    hooks = {"response": [as_described]}
    with httpx.Client(
        base_url=copy.address, trust_env=False, verify=NO_CERTIFICATES, event_hooks=hooks
    ) as client:
        yield client


@pytest.fixture(scope="session")
def owner(copy: Copy) -> Iterator[Player]:
    """One player for all requests that leave nothing behind another test could see."""
    owner = Player(copy)
    yield owner
    owner.http.close()


@pytest.fixture(scope="session")
def outsider(copy: Copy) -> Iterator[Player]:
    outsider = Player(copy)
    yield outsider
    outsider.http.close()


@pytest.fixture(scope="session")
def match(owner: Player, picture: bytes) -> str:
    """The path of a confirmed match of the owner, which no reading changes any more."""
    uploaded = owner.upload(picture)
    assert uploaded.json()["status"] == "failed", uploaded.text
    path = str(uploaded.headers["Location"])
    confirmed = owner.http.put(path, json={"score_user": 1, "score_opponent": 0})
    assert confirmed.status_code == 200, confirmed.text
    return path


@pytest.fixture(scope="session")
def asked(copy: Copy, owner: Player, picture: bytes) -> Iterator[Asked]:
    """What a third player waits for the owner to answer."""
    asking = Player(copy)
    yield ask(asking, owner, picture)
    asking.http.close()
