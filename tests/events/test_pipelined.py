"""Statements that are asked past psycopg's cursors."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from events import pipelined
from events.pipelined import PipelinedConnection
from events.statements import Rows, Statement

SLOW = Statement("SELECT 1::bigint FROM pg_sleep(%(seconds)s)")
ONE = Statement("SELECT %(number)s::bigint")
# What the server holds prepared by `ask`.
PREPARED = Statement("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'ask%'")


def connected(database: str, use: Callable[[PipelinedConnection], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with await PipelinedConnection.connect(database, autocommit=True) as conn:
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

    async def use(conn: PipelinedConnection) -> Any:
        return (await conn.ask(statement, given)).row(0)

    assert connected(database, use) == (*given.values(), -3, b"\x00\xff")


def test_only_the_latest_statements_stay_prepared(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipelined, "MOST_PREPARED", 3)

    async def use(conn: PipelinedConnection) -> Any:
        for number in (*range(9), 8, 0):
            rows = await conn.ask(Statement(f"SELECT {number}::bigint"), {})
            assert rows.value(0, 0) == number
        return (await conn.ask(PREPARED, {})).value(0, 0)

    assert connected(database, use) == 3


def test_a_statement_that_fails_ends_the_connection(database: str) -> None:
    async def use(conn: PipelinedConnection) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await conn.ask(Statement("SELECT 1 / %(number)s::bigint"), {"number": 0})
        assert conn.closed

    connected(database, use)


def test_a_statement_that_is_broken_off_ends_the_connection(database: str) -> None:
    async def use(conn: PipelinedConnection) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await conn.ask(SLOW, {"seconds": 60})
        assert conn.closed

    connected(database, use)


def test_a_statement_without_an_answer_is_given_up(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PipelinedConnection, "answer_within", 0.2)

    async def use(conn: PipelinedConnection) -> None:
        with pytest.raises(psycopg.OperationalError, match="does not answer"):
            await conn.ask(SLOW, {"seconds": 60})
        assert conn.closed

    connected(database, use)


def test_a_connection_that_the_server_ended_is_lost(database: str) -> None:
    async def use(conn: PipelinedConnection) -> None:
        await conn.ask(ONE, {"number": 1})
        with psycopg.connect(database, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [conn.info.backend_pid])
        await asyncio.sleep(0.2)  # nobody asks meanwhile
        with pytest.raises(psycopg.OperationalError):
            await conn.ask(ONE, {"number": 2})
        assert conn.closed

    connected(database, use)


def test_those_who_ask_at_once_are_answered_in_one_pass_each_with_its_own(database: str) -> None:
    number_of_it = Statement("SELECT %(number)s::bigint, txid_current()::bigint")

    async def use(conn: PipelinedConnection) -> None:
        rows = await asyncio.gather(*(conn.ask(number_of_it, {"number": n}) for n in range(40)))
        assert [each.value(0, 0) for each in rows] == [*range(40)]
        # Nobody shares a transaction: they are numbered one after the other.
        first = rows[0].value(0, 1)
        assert [each.value(0, 1) for each in rows] == [*range(first, first + 40)]
        assert await (await conn.execute("SELECT 1")).fetchone() == (1,)

    connected(database, use)


def test_a_statement_that_fails_takes_nobody_along(database: str) -> None:
    by = Statement("SELECT 6 / %(number)s::bigint")

    async def use(conn: PipelinedConnection) -> None:
        one, failed, three = await asyncio.gather(
            *(conn.ask(by, {"number": n}) for n in (1, 0, 3)), return_exceptions=True
        )
        assert isinstance(failed, psycopg.errors.DivisionByZero)
        assert isinstance(one, Rows)
        assert isinstance(three, Rows)
        assert (one.value(0, 0), three.value(0, 0)) == (6, 2)
        assert conn.closed

    connected(database, use)


def test_a_statement_that_cannot_be_prepared_takes_nobody_along(database: str) -> None:
    async def use(conn: PipelinedConnection) -> None:
        wrong = Statement("SELECT nothing_of_the_kind")
        failed, one = await asyncio.gather(
            conn.ask(wrong, {}), conn.ask(ONE, {"number": 1}), return_exceptions=True
        )
        assert isinstance(failed, psycopg.errors.UndefinedColumn)
        assert isinstance(one, Rows)
        assert one.value(0, 0) == 1

    connected(database, use)


def test_who_asks_without_a_value_leaves_the_connection_as_it_was(database: str) -> None:
    async def use(conn: PipelinedConnection) -> None:
        with pytest.raises(KeyError):
            await conn.ask(ONE, {})
        assert await (await conn.execute("SELECT 1")).fetchone() == (1,)
        assert (await conn.ask(ONE, {"number": 2})).value(0, 0) == 2

    connected(database, use)


def test_one_who_goes_away_leaves_the_others_their_answers(database: str) -> None:
    async def use(conn: PipelinedConnection) -> None:
        slow, one = (
            asyncio.create_task(conn.ask(SLOW, {"seconds": 0.2})),
            asyncio.create_task(conn.ask(ONE, {"number": 1})),
        )
        await asyncio.sleep(0)
        slow.cancel()
        assert (await one).value(0, 0) == 1
        assert not conn.closed
        assert (await conn.ask(ONE, {"number": 2})).value(0, 0) == 2

    connected(database, use)


def test_all_who_wait_are_told_when_the_connection_is_lost(database: str) -> None:
    async def use(conn: PipelinedConnection) -> None:
        asking = asyncio.gather(
            *(conn.ask(SLOW, {"seconds": 60}) for _ in range(3)), return_exceptions=True
        )
        await asyncio.sleep(0)
        with psycopg.connect(database, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [conn.info.backend_pid])
        for outcome in await asking:
            assert isinstance(outcome, psycopg.errors.AdminShutdown)
        assert conn.closed

    connected(database, use)


def test_those_behind_a_slow_one_are_given_their_own_time(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PipelinedConnection, "answer_within", 0.5)

    async def use(conn: PipelinedConnection) -> None:
        await asyncio.gather(*(conn.ask(SLOW, {"seconds": 0.2}) for _ in range(4)))
        assert not conn.closed

    connected(database, use)


def test_nobody_is_sent_behind_one_who_takes_long(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipelined, "LONG_SECONDS", 0.0)

    async def use(conn: PipelinedConnection) -> None:
        assert conn.has_time
        slow = asyncio.create_task(conn.ask(SLOW, {"seconds": 0.1}))
        await asyncio.sleep(0)
        assert not conn.has_time
        await slow
        assert conn.has_time

    connected(database, use)


def test_one_who_goes_away_when_answered_leaves_the_connection_as_it_is(database: str) -> None:
    async def use(conn: PipelinedConnection) -> None:
        second: asyncio.Task[Rows]

        async def ask_first() -> None:
            await conn.ask(ONE, {"number": 1})
            second.cancel()  # whose answer has come with the first one, and woke nobody yet

        first = asyncio.create_task(ask_first())
        second = asyncio.create_task(conn.ask(ONE, {"number": 2}))
        await asyncio.sleep(0)
        with psycopg.connect(database) as other:  # the event loop sees both answers at once
            other.execute("SELECT pg_sleep(0.1)")
        await asyncio.wait([first, second])
        assert second.cancelled()
        assert (await conn.ask(ONE, {"number": 3})).value(0, 0) == 3

    connected(database, use)


def test_a_long_question_is_sent_as_there_is_room(database: str) -> None:
    length = Statement("SELECT length(%(text)s::text)::bigint, %(number)s::bigint")
    text = "x" * 5_000_000  # sockets take some hundred thousand bytes at a time

    async def use(conn: PipelinedConnection) -> None:
        rows = await asyncio.gather(
            *(conn.ask(length, {"text": text[n:], "number": n}) for n in range(3))
        )
        assert [each.row(0) for each in rows] == [(len(text) - n, n) for n in range(3)]
        assert await (await conn.execute("SELECT 1")).fetchone() == (1,)

    connected(database, use)
