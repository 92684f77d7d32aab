"""A connection comes back to its pool although the one who gives it back is cancelled."""

import asyncio

import pytest

from events.answering import AsyncAnsweringConnection
from events.cancel_safe_pool import CancelSafePool
from events.statements import Statement
from tests.pools import statement_pool

QUICK = Statement("SELECT 1::bigint")

pytestmark = pytest.mark.anyio


async def test_of_one_who_was_lent_it_alone(database: str) -> None:
    async with CancelSafePool[AsyncAnsweringConnection](
        database,
        connection_class=AsyncAnsweringConnection,
        min_size=1,
        max_size=1,
        open=False,
    ) as pool:
        conn = await pool.getconn()
        async with pool._lock:  # as those hold it who lend, and grow the pool
            returning = asyncio.create_task(pool.putconn(conn))
            await asyncio.sleep(0.01)
            returning.cancel()
            await asyncio.wait([returning])
        async with asyncio.timeout(5), pool.connection() as lent:
            assert lent is conn


async def test_of_one_who_asked_over_it(database: str) -> None:
    async with statement_pool(database, most=1) as pool:
        await pool.wait()
        asking = asyncio.create_task(pool.ask(QUICK, {}))
        await asyncio.sleep(0)
        async with pool._lock:
            await asyncio.sleep(0.2)  # it is answered meanwhile
            asking.cancel()
            await asyncio.wait([asking])
        async with asyncio.timeout(5):
            assert (await pool.ask(QUICK, {})).value(0, 0) == 1
