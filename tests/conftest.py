"""The real servers of the suite: started once, with a fresh database and empty streams per test."""

import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from nats.aio.client import Client
from psycopg import sql
from psycopg_pool import AsyncConnectionPool

from deploy.nats import Nats
from deploy.postgres import DATABASE, OWNER, Postgres
from events.answering import AsyncAnsweringConnection
from events.broker import create_broker
from events.log import MatchLog
from events.owner_keys import OwnerKeys
from events.statement_pool import StatementPool
from events.streams import set_up
from tests.folders import new_folder
from tests.journeys.copies import Copy, running_copy
from tests.journeys.players import Player
from tests.pools import statement_pool
from tests.prepared import FORGETTING, prepare_database
from tests.scheduling import ByWhatIsShared

NOTHING_IS_KEPT = {**FORGETTING, "max_connections": "200", "shared_buffers": "32MB"}
MASTER_KEY = bytes(range(32))
# Containers often forbid Python to keep what it has compiled. Each of the hundreds of processes
# that the tests start would compile us anew, which is a third of what it does until it serves.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A shell has what it starts in the background ignore Ctrl-C, and processes inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
numbers = itertools.count()
# Fixtures, and files of tests that have nothing to share.
LONGEST_FIRST = (
    "breakable",
    "copy",
    "test_chaos.py",
    "test_broken_networks.py",
    "apis",
    "drawn",
)
NewDatabase = Callable[[], str]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByWhatIsShared:
    """Let one process run all tests that share what takes long to start."""
    return ByWhatIsShared(config, log)


@pytest.hookimpl(trylast=True)  # after the order was made random
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that share what takes long to start."""
    group_of = {item: shared_by(item) for item in items}
    ranks = {group: rank for rank, group in enumerate((*LONGEST_FIRST, ""))}
    items.sort(key=lambda item: ranks.get(group_of[item], len(LONGEST_FIRST) - 0.5))


def shared_by(item: pytest.Item) -> str:
    """The fixture that a test shares with others, or its module where that shares one."""
    definitions = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 - not in its type
    for name in LONGEST_FIRST:
        if name in definitions or item.path.name == name:
            return name
    is_shared = any(found[-1].scope == "module" for found in definitions.values())
    return item.nodeid.partition("::")[0] if is_shared else ""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    with new_folder() as path:
        yield path


@pytest.fixture(scope="session")
def postgres(folder: Path) -> Iterator[Postgres]:
    """A server whose own database is the template: the tables as `migrate` makes them."""
    prepare_database(folder / "postgres")
    server = Postgres(folder / "postgres", NOTHING_IS_KEPT)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def abandoned(postgres: Postgres) -> list[str]:
    """The databases of the tests before."""
    return []


@pytest.fixture
def new_database(postgres: Postgres, abandoned: list[str]) -> Iterator[NewDatabase]:
    """Makes fresh databases with all tables, which are dropped later; gives addresses."""
    names: list[str] = []

    def make() -> str:
        names.append(f"test_{next(numbers)}")
        _create(postgres, names[-1])
        return postgres.conninfo(names[-1])

    # Not at the end of their own test: PostgreSQL sleeps a tenth of a second where a connection
    # to what is dropped is just being closed.
    with psycopg.connect(postgres.conninfo("postgres", OWNER), autocommit=True) as conn:
        while abandoned:
            name = sql.Identifier(abandoned.pop())
            conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    yield make
    abandoned.extend(names)


@pytest.fixture
def database(new_database: NewDatabase) -> str:
    """The address of a fresh database with all tables."""
    return new_database()


@pytest.fixture
def match_log(database: str) -> Iterator[MatchLog]:
    log = MatchLog.open(database, connections=8)
    yield log
    log.close()


@pytest.fixture
def owner_keys(database: str) -> Iterator[OwnerKeys]:
    keys = OwnerKeys(database, MASTER_KEY)
    yield keys
    keys.close()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[AsyncConnectionPool[Any]]:
    async with AsyncConnectionPool[Any](
        database,
        connection_class=AsyncAnsweringConnection,
        min_size=1,
        max_size=8,
        open=False,
    ) as pool:
        yield pool


@pytest.fixture
async def statements(database: str) -> AsyncIterator[StatementPool]:
    async with statement_pool(database) as pool:
        yield pool


@pytest.fixture(scope="session")
def nats_server(folder: Path) -> Iterator[Nats]:
    server = Nats(folder / "nats")
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def bus(nats_server: Nats) -> AsyncIterator[Client]:
    """A connection to NATS, whose streams are there and empty."""
    broker = create_broker(nats_server.url)
    client = await broker.connect()
    manager = client.jsm()
    for info in await manager.streams_info():
        await manager.delete_stream(info.config.name or "")
    await set_up(client)
    yield client
    await broker.stop()


@pytest.fixture(scope="session")
def copy() -> Iterator[Copy]:
    # Many players come from this one address, and their pictures need not be read in time.
    with running_copy(
        TRACKER_RATE_LIMITS="off",
        TRACKER_QUOTA_PENDING="1000",
        TRACKER_ORIGINS="http://192.168.1.20:5173",
    ) as copy:
        yield copy


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


def _create(server: Postgres, name: str) -> None:
    # The other strategy copies through the log, block by block, at twice the cost.
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER tracker STRATEGY FILE_COPY")
    with psycopg.connect(server.conninfo("postgres", OWNER), autocommit=True) as conn:
        conn.execute(statement.format(sql.Identifier(name), sql.Identifier(DATABASE)))
