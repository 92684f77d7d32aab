"""A player who has an address, and a clock that tests turn."""

from uuid import UUID, uuid4

import pytest

from command_api.accounts import players
from tests.command_api.mails.sending import EMAIL, Pool
from tests.events.relays import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def amina(pool: Pool, clock: Clock) -> UUID:
    player_id = uuid4()
    async with pool.connection() as connection:
        assert await players.add(connection, player_id, EMAIL, "no hash", clock())
    return player_id
