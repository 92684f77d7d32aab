"""Accounts on a fresh database, and what the tests of accounts say to them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg_pool import AsyncConnectionPool

from command_api.accounts.answers import Player
from command_api.accounts.commands import Call, Register
from command_api.accounts.credentials import Argon2Cost, Credentials
from command_api.accounts.key_ring import KeyRing
from command_api.accounts.tokens import SigningKey
from command_api.accounts.use_cases import Accounts, register
from deploy.nats import Nats
from tests.command_api.accounts.two_apis import Apis, started
from tests.folders import new_folder

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CALL = Call("192.0.2.7", UUID(int=1), NOW)
CHEAP = Argon2Cost(memory_kib=64, passes=1)
EMAIL = "Amina@Example.com"
PASSWORD = "three blue goalposts"
MAIL_KEY = bytes(32)
COST_OF_APIS = (8192, 1)  # KiB and passes of a hash: a quarter of the usual

Open = Callable[[], AsyncConnectionPool]


@pytest.fixture
def open_pool(database: str) -> Open:
    """Makes more pools on the same database, as several processes have them."""
    return partial(AsyncConnectionPool, database, min_size=1, max_size=8, open=False)


@pytest.fixture
def accounts(pool: AsyncConnectionPool) -> Accounts:
    key = SigningKey("first", Ed25519PrivateKey.generate())
    return Accounts(pool, Credentials(CHEAP), KeyRing(lambda: [key]), MAIL_KEY)


@pytest.fixture
async def amina(accounts: Accounts) -> Player:
    """A registered player, with `EMAIL` and `PASSWORD`."""
    return await register(accounts, Register(EMAIL, PASSWORD), CALL)


def at(now: datetime, client: str = CALL.client) -> Call:
    """A call at another time, or from another place."""
    return msgspec.structs.replace(CALL, now=now, client=client)


@pytest.fixture(scope="session")
def apis(nats_server: Nats) -> Iterator[Apis]:
    """Two API processes on one database."""
    cost = ",".join(map(str, (*COST_OF_APIS, 1)))
    with (
        new_folder() as folder,
        started(folder, nats_server.url, TRACKER_HASH_COST=cost) as apis,
    ):
        yield apis


async def audited(accounts: Accounts) -> list[str]:
    """What the audit says, in order."""
    async with accounts.pool.connection() as connection:
        cursor = await connection.execute("SELECT kind FROM accounts.security_events ORDER BY id")
        return [kind for (kind,) in await cursor.fetchall()]
