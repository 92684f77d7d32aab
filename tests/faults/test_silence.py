"""A network that goes silent between us and PostgreSQL: nobody waits for ever."""

import asyncio
import time
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from events.answering import (
    ANSWER_WITHIN_SECONDS,
    AnsweringConnection,
    AsyncAnsweringConnection,
)
from events.log import MatchLog
from events.pipelined import NoAnswer, PipelinedConnection
from events.refusals import Unavailable
from events.statements import Statement
from tests.examples import UPLOADED
from tests.faults.proxy import LOOPBACK, Proxy
from tests.faults.servers import postgres_socket

SOON = ANSWER_WITHIN_SECONDS + 1


@pytest.fixture
def proxy(database: str) -> Iterator[Proxy]:
    with Proxy(postgres_socket(database)) as proxy:
        yield proxy


@pytest.fixture
def through_proxy(database: str, proxy: Proxy) -> str:
    return make_conninfo(database, host=LOOPBACK, port=proxy.port)


def test_a_statement_without_an_answer_is_an_error_and_ends_the_connection(
    through_proxy: str, proxy: Proxy
) -> None:
    with AnsweringConnection.connect(through_proxy) as conn:
        conn.execute("SELECT 1")
        proxy.stall()
        asked_at = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            conn.execute("SELECT 1")
        assert time.monotonic() - asked_at < SOON
        assert conn.closed


@pytest.mark.anyio
async def test_a_cancelled_statement_is_left_at_once(through_proxy: str, proxy: Proxy) -> None:
    async with await AsyncAnsweringConnection.connect(through_proxy) as conn:
        proxy.stall()
        asked_at = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await conn.execute("SELECT 1")
        assert time.monotonic() - asked_at < 1
        assert conn.closed


@pytest.mark.anyio
async def test_a_question_that_nobody_takes_is_given_up(through_proxy: str, proxy: Proxy) -> None:
    async with await PipelinedConnection.connect(through_proxy, autocommit=True) as conn:
        proxy.stall()
        asked_at = time.monotonic()
        with pytest.raises(NoAnswer):
            await conn.ask(Statement("SELECT %(text)s::text"), {"text": "x" * 20_000_000})
        assert time.monotonic() - asked_at < SOON
        assert conn.closed


@pytest.mark.anyio
async def test_a_question_that_is_cut_off_halfway_is_lost(through_proxy: str, proxy: Proxy) -> None:
    async with await PipelinedConnection.connect(through_proxy, autocommit=True) as conn:
        proxy.stall()
        asking = asyncio.create_task(
            conn.ask(Statement("SELECT %(text)s::text"), {"text": "x" * 20_000_000})
        )
        await asyncio.sleep(0.1)
        proxy.reset()
        async with asyncio.timeout(20):
            with pytest.raises(psycopg.OperationalError):
                await asking
        assert conn.closed


def test_an_error_of_the_server_leaves_the_connection_usable(database: str) -> None:
    with AnsweringConnection.connect(database, autocommit=True) as conn:
        with pytest.raises(psycopg.errors.QueryCanceled):
            conn.execute("SET statement_timeout = '10ms'; SELECT pg_sleep(1)")
        assert conn.execute("SELECT 1").fetchone() == (1,)


def test_the_log_is_read_and_written_again_after_a_silence(
    through_proxy: str, proxy: Proxy
) -> None:
    log = MatchLog.open(through_proxy, connections=1)
    try:
        log.append(UPLOADED)
        proxy.stall()
        asked_at = time.monotonic()
        with pytest.raises(Unavailable):
            log.events(uuid4())
        assert time.monotonic() - asked_at < SOON
        proxy.reset()
        proxy.flow()
        assert log.events(UPLOADED.match_id) == [UPLOADED]
        assert log.append(UPLOADED) == 1
    finally:
        log.close()
