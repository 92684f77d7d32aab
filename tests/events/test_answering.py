"""Statements that are asked past psycopg's cursors."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from events import answering
from events.answering import AsyncAnsweringConnection
from events.statements import Statement

SLOW = Statement("SELECT 1::bigint FROM pg_sleep(%(seconds)s)")
ONE = Statement("SELECT %(number)s::bigint")
# What the server holds prepared by `ask`.
PREPARED = Statement("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'ask%'")


def connected(database: str, use: Callable[[AsyncAnsweringConnection], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with await AsyncAnsweringConnection.connect(database, autocommit=True) as conn:
            return await use(conn)

    return asyncio.run(run())


def test_values_go_there_and_come_back(database: str) -> None:
    given = {
        "id": UUID(int=7),
        "number": -3,
        "name": "Ünal's \\ team",
        "at": datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        "nothing": None,
    }
    statement = Statement(
        "SELECT %(id)s::uuid, %(number)s::smallint, %(name)s::text, %(at)s::timestamptz,"
        " %(nothing)s::text, %(number)s::bigint, '\\x00ff'::bytea"
    )

    async def use(conn: AsyncAnsweringConnection) -> Any:
        return (await conn.ask(statement, given)).row(0)

    assert connected(database, use) == (*given.values(), -3, b"\x00\xff")


def test_both_ways_of_asking_take_turns_on_a_connection(database: str) -> None:
    async def use(conn: AsyncAnsweringConnection) -> Any:
        read = []
        for number in range(10):
            read.append((await conn.ask(ONE, {"number": number})).value(0, 0))
            read += await (await conn.execute("SELECT 10 + %s", [number])).fetchone() or ()
        return read

    assert sorted(connected(database, use)) == list(range(20))


def test_only_the_latest_statements_stay_prepared(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "MOST_PREPARED", 3)

    async def use(conn: AsyncAnsweringConnection) -> Any:
        for number in (*range(9), 8, 0):
            rows = await conn.ask(Statement(f"SELECT {number}::bigint"), {})
            assert rows.value(0, 0) == number
        return (await conn.ask(PREPARED, {})).value(0, 0)

    assert connected(database, use) == 3


def test_a_statement_that_fails_ends_the_connection(database: str) -> None:
    async def use(conn: AsyncAnsweringConnection) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await conn.ask(Statement("SELECT 1 / %(number)s::bigint"), {"number": 0})
        assert conn.closed

    connected(database, use)


def test_a_statement_that_is_broken_off_ends_the_connection(database: str) -> None:
    async def use(conn: AsyncAnsweringConnection) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await conn.ask(SLOW, {"seconds": 60})
        assert conn.closed

    connected(database, use)


def test_a_statement_without_an_answer_is_given_up(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "ANSWER_WITHIN_SECONDS", 0.2)

    async def use(conn: AsyncAnsweringConnection) -> None:
        with pytest.raises(psycopg.OperationalError, match="does not answer"):
            await conn.ask(SLOW, {"seconds": 60})
        assert conn.closed

    connected(database, use)


def test_a_connection_that_the_server_ended_is_lost(database: str) -> None:
    async def use(conn: AsyncAnsweringConnection) -> None:
        await conn.ask(ONE, {"number": 1})
        with psycopg.connect(database, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [conn.info.backend_pid])
        await asyncio.sleep(0.2)  # nobody asks meanwhile
        with pytest.raises(psycopg.OperationalError):
            await conn.ask(ONE, {"number": 2})
        assert conn.closed

    connected(database, use)
