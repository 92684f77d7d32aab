"""Psycopg's own statements and those that are asked past it, over one connection."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from events.pipelined import PipelinedConnection
from events.statements import Statement

SLOW = Statement("SELECT 1::bigint FROM pg_sleep(0.2)")
ONE = Statement("SELECT %(number)s::bigint")

pytestmark = pytest.mark.anyio


@pytest.fixture
async def conn(database: str) -> AsyncIterator[PipelinedConnection]:
    async with await PipelinedConnection.connect(database, autocommit=True) as conn:
        yield conn


async def test_both_ways_of_asking_take_turns(conn: PipelinedConnection) -> None:
    read = []
    for number in range(10):
        read.append((await conn.ask(ONE, {"number": number})).value(0, 0))
        read += await (await conn.execute("SELECT 10 + %s", [number])).fetchone() or ()
    assert sorted(read) == list(range(20))


async def test_who_waits_for_an_answer_gets_it_although_psycopg_is_used_meanwhile(
    conn: PipelinedConnection,
) -> None:
    asking = asyncio.create_task(conn.ask(SLOW, {}))
    await asyncio.sleep(0)
    with pytest.raises(psycopg.ProgrammingError):
        await conn.execute("SELECT 1")
    async with asyncio.timeout(5):
        assert (await asking).value(0, 0) == 1
    assert await (await conn.execute("SELECT 1")).fetchone() == (1,)


async def test_a_statement_of_psycopg_is_answered_although_somebody_asks_meanwhile(
    conn: PipelinedConnection, database: str
) -> None:
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(1)")
        executing = asyncio.create_task(conn.execute("SELECT pg_advisory_lock(1)"))
        async with asyncio.timeout(5):
            while not other.execute("SELECT FROM pg_locks WHERE NOT granted").rowcount:  # noqa: ASYNC110
                await asyncio.sleep(0)
        with pytest.raises(psycopg.OperationalError):
            await conn.ask(ONE, {"number": 1})
    assert (await executing).rowcount == 1
    assert (await conn.ask(ONE, {"number": 2})).value(0, 0) == 2


async def test_what_can_only_be_sent_in_part_leaves_no_pipeline_that_nobody_ends(
    conn: PipelinedConnection,
) -> None:
    unsendable = Statement("SELECT 1::bigint")
    unsendable.name = None  # type: ignore[assignment]
    with pytest.raises(TypeError):
        await conn.ask(unsendable, {})
    assert conn.closed
