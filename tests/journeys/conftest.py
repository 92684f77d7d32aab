"""The player with whom another one plays."""

from collections.abc import Iterator

import pytest

from tests.journeys.copies import Copy
from tests.journeys.players import Player


@pytest.fixture
def friend(copy: Copy) -> Iterator[Player]:
    friend = Player(copy)
    yield friend
    friend.http.close()
