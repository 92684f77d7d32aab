"""Whatever befalls those who ask, nobody waits for ever and every connection comes back fit."""

import asyncio
from contextlib import suppress
from random import Random

import psycopg
import pytest
from psycopg.pq import PipelineStatus, TransactionStatus

from events.statement_pool import StatementPool
from events.statements import Statement
from tests.pools import statement_pool

CONNECTIONS = 3
ASKERS = 1000
NUMBER = Statement("SELECT %(number)s::bigint")
SLOW = Statement("SELECT 1::bigint FROM pg_sleep(0.02)")
LONG = Statement("SELECT length(%(text)s::text)::bigint")
WRONG = Statement("SELECT nothing_of_the_kind")
FAILS = Statement("SELECT 1 / 0")
ENDS_ITS_CONNECTION = Statement("SELECT pg_terminate_backend(pg_backend_pid())")
SOMETIMES = [*[NUMBER] * 80, *[SLOW] * 8, LONG, WRONG, FAILS, ENDS_ITS_CONNECTION]

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", range(2))
async def test_nobody_waits_for_ever_and_no_connection_is_lost(database: str, seed: int) -> None:
    random = Random(seed)  # noqa: S311  # the same numbers each time
    async with statement_pool(database, most=CONNECTIONS) as pool:
        asking: list[asyncio.Task[None]] = []
        for number in range(ASKERS):
            use = lent_alone(pool) if random.random() < 0.1 else asked(pool, random, number)
            asking.append(asyncio.create_task(use))
            for task in random.choices(asking[-30:], k=random.randrange(2)):
                task.cancel()  # some of them for the second time
            await asyncio.sleep(random.choice([0, 0, 0.001, 0.002]))
        ended, waiting = await asyncio.wait(asking, timeout=30)
        assert not waiting
        assert {task.exception() for task in ended if not task.cancelled()} == {None}
        async with asyncio.timeout(30):
            held = [await pool.getconn(timeout=30) for _ in range(CONNECTIONS)]
        for conn in held:
            assert conn.info.pipeline_status == PipelineStatus.OFF
            assert conn.info.transaction_status == TransactionStatus.IDLE
            await pool.putconn(conn)


async def asked(pool: StatementPool, random: Random, number: int) -> None:
    statement = random.choice(SOMETIMES)
    with suppress(psycopg.Error):
        rows = await pool.ask(statement, {"number": number, "text": "x" * 1_000_000})
        assert statement is not NUMBER or rows.value(0, 0) == number


async def lent_alone(pool: StatementPool) -> None:
    with suppress(psycopg.Error):
        async with pool.connection() as conn:
            await conn.execute("SELECT 1")
