"""One running copy of the whole system for all journeys that do not stop or break it."""

from collections.abc import Iterator

import pytest

from tests.journeys.copies import Copy
from tests.journeys.players import Player


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("copy") / "data"
    copy = Copy(folder, TRACKER_RATE_LIMITS="off")  # many players come from this one address
    yield copy
    copy.process.kill()
    copy.process.communicate()


@pytest.fixture
def player(copy: Copy) -> Iterator[Player]:
    player = Player(copy)
    yield player
    player.http.close()


@pytest.fixture
def stranger(copy: Copy) -> Iterator[Player]:
    stranger = Player(copy)
    yield stranger
    stranger.http.close()
