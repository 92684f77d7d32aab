"""Statements in one pipeline: all or nothing, and the connection is fit for use afterwards."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.pq import PipelineStatus, TransactionStatus

from events.columns import INT8S, TEXTS, UUIDS
from projections import piped as pipes
from projections.piped import ask, piped

INSERT = "INSERT INTO t (k) SELECT * FROM unnest(%(keys)s::int8[])"


@pytest.fixture
def conn(database: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("CREATE TEMP TABLE t (k int8 PRIMARY KEY)")
        yield conn


def insert(conn: psycopg.Connection[Any], *keys: int) -> None:
    with piped(conn) as pipe:
        pipe.begin()
        pipe.execute(INSERT, {"keys": INT8S.column(keys)})
        pipe.commit()


def keys(conn: psycopg.Connection[Any]) -> list[int]:
    return [key for (key,) in conn.execute("SELECT k FROM t ORDER BY k")]


def test_answers_are_read_in_any_order(conn: psycopg.Connection[Any]) -> None:
    with piped(conn) as pipe:
        first = ask(pipe, "SELECT %(one)s::int8, %(none)s::text", {"one": 1, "none": None})
        names = {"ids": UUIDS.column([UUID(int=7)]), "names": TEXTS.column(["é", "b"])}
        second = ask(pipe, "SELECT unnest(%(ids)s::uuid[]), unnest(%(names)s::text[])", names)
        assert list(second) == [(UUID(int=7), "é"), (None, "b")]
        assert list(first) == [(1, None)]


def test_nothing_is_committed_after_a_failure(conn: psycopg.Connection[Any]) -> None:
    def fail() -> None:
        with piped(conn) as pipe:
            pipe.begin()
            pipe.execute(INSERT, {"keys": INT8S.column([2])})
            pipe.execute(INSERT, {"keys": INT8S.column([1])})
            pipe.execute("SELECT 'never prepared'")
            pipe.commit()

    insert(conn, 1)
    with pytest.raises(psycopg.errors.UniqueViolation):
        fail()
    assert keys(conn) == [1]
    insert(conn, 3)
    assert keys(conn) == [1, 3]


def test_what_was_answered_before_a_failure_can_be_read(conn: psycopg.Connection[Any]) -> None:
    read: list[tuple[Any, ...]] = []

    def fail() -> None:
        with piped(conn) as pipe:
            first = ask(pipe, "SELECT 1::int8")
            wrong = ask(pipe, "SELECT 1::int8 / 0")
            read.extend(first)
            list(wrong)

    with pytest.raises(psycopg.errors.DivisionByZero):
        fail()
    assert read == [(1,)]
    assert conn.info.pipeline_status is PipelineStatus.OFF


def test_what_goes_wrong_in_between_undoes_all(conn: psycopg.Connection[Any]) -> None:
    def fail() -> None:
        with piped(conn) as pipe:
            pipe.begin()
            pipe.execute(INSERT, {"keys": INT8S.column([1])})
            list(ask(pipe, "SELECT 1::int8"))
            pipe.execute(INSERT, {"keys": INT8S.column([2])})
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert conn.info.transaction_status is TransactionStatus.IDLE
    assert conn.info.pipeline_status is PipelineStatus.OFF
    assert keys(conn) == []


def test_a_lost_connection_is_closed(conn: psycopg.Connection[Any], database: str) -> None:
    def lose() -> None:
        with piped(conn) as pipe:
            list(ask(pipe, "SELECT 1::int8"))
            with psycopg.connect(database, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [conn.info.backend_pid])
            list(ask(pipe, "SELECT 1::int8"))

    with pytest.raises(psycopg.OperationalError):
        lose()
    assert conn.closed


def test_what_is_prepared_is_bounded(conn: psycopg.Connection[Any]) -> None:
    with piped(conn) as pipe:
        for number in range(pipes.MOST_PREPARED + 1):
            pipe.execute(f"SELECT {number}")
    insert(conn, 1)
    prepared = conn.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
    assert prepared
    assert prepared[0] < 10
