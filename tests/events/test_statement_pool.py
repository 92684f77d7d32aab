"""One connection serves all who ask one statement at the same time."""

import asyncio
from typing import Any

import psycopg
import pytest

from events import pipelined
from events.statement_pool import StatementPool
from events.statements import Statement

BACKEND = Statement("SELECT pg_backend_pid()::bigint")
SLOW = Statement("SELECT pg_backend_pid()::bigint FROM pg_sleep(0.1)")

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a busy machine does not count as a slow answer."""
    monkeypatch.setattr(pipelined, "LONG_SECONDS", 60.0)


async def backends(pool: StatementPool, times: int, statement: Statement = BACKEND) -> list[Any]:
    rows = await asyncio.gather(*(pool.ask(statement, {}) for _ in range(times)))
    return [each.value(0, 0) for each in rows]


async def test_those_who_ask_at_once_share_a_connection(statements: StatementPool) -> None:
    await statements.wait()
    assert len(set(await backends(statements, pipelined.MOST_ASKED))) == 1


async def test_nobody_waits_behind_many_while_another_connection_can_be_had(
    statements: StatementPool,
) -> None:
    await statements.resize(2, 2)
    await statements.wait()
    assert len(set(await backends(statements, pipelined.MOST_ASKED + 1))) == 2


async def test_more_than_all_connections_take_wait_for_one(statements: StatementPool) -> None:
    many = 2 * pipelined.MOST_ASKED + 1
    assert len(await backends(statements, many, Statement("SELECT 1::bigint"))) == many


async def test_who_needs_more_than_one_statement_has_a_connection_alone(
    statements: StatementPool,
) -> None:
    await statements.resize(2, 2)
    await statements.wait()
    async with statements.connection() as conn:
        cursor = await conn.execute("SELECT pg_backend_pid()")
        assert await cursor.fetchone() not in [(each,) for each in await backends(statements, 5)]


async def test_all_who_asked_over_a_lost_connection_ask_again(
    statements: StatementPool, database: str
) -> None:
    asking = asyncio.create_task(backends(statements, 5, SLOW))
    (lost,) = await backends(statements, 1)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("SELECT pg_terminate_backend(%s, 5000)", [lost])
    assert lost not in await asking


async def test_connections_come_back_when_all_are_answered(statements: StatementPool) -> None:
    await backends(statements, 40)
    async with asyncio.timeout(5), statements.connection() as one, statements.connection() as other:
        assert one is not other


async def test_what_a_connection_no_longer_holds_prepared_is_asked_over_another(
    statements: StatementPool,
) -> None:
    await statements.resize(1, 1)
    (first,) = await backends(statements, 1)
    async with statements.connection() as conn:
        await conn.execute("DEALLOCATE ALL")  # as psycopg does after it rolled back
    assert await backends(statements, 1) != [first]


async def test_all_who_ask_what_cannot_be_asked_are_told_why(statements: StatementPool) -> None:
    await statements.wait()
    wrong = Statement("SELECT nothing_of_the_kind")
    outcomes = await asyncio.gather(
        *(statements.ask(wrong, {}) for _ in range(3)), return_exceptions=True
    )
    assert [type(each) for each in outcomes] == [psycopg.errors.UndefinedColumn] * 3
