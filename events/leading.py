"""One leader among any number: it holds a lock in PostgreSQL on a connection that never hangs."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection

from events.pipelined import PipelinedConnection

# A leader that says nothing to the database for this long is none any more.
LEASE_SECONDS: Final = 5.0
TRY_AGAIN_SECONDS: Final = 0.5
CONNECT_SECONDS: Final = 2


@asynccontextmanager
async def connected(conninfo: str) -> AsyncIterator[PipelinedConnection]:
    """A connection in autocommit, opened in a bounded time and closed in any case.

    It waits for as long as a lead lasts: who follows the log sits a short standstill of the server
    out, where a caller would have to be told.
    """
    conn = await PipelinedConnection.connect(
        conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS
    )
    conn.answer_within = LEASE_SECONDS
    try:
        yield conn
    finally:
        # Not `async with conn`: its rollback would wait for a server that may hang.
        await conn.close()


@asynccontextmanager
async def cut_after(conn: AsyncConnection[Any], seconds: float) -> AsyncIterator[None]:
    """Cut the connection when the body takes longer: what waits for it raises `psycopg.Error`.

    The connection's own limit is for each statement, and a body has several.
    """
    timer = asyncio.get_running_loop().call_later(seconds, _cut, conn)
    try:
        yield
    finally:
        timer.cancel()


@asynccontextmanager
async def leading(
    conninfo: str, lock: str, lease: float, on_standby: Callable[[], None]
) -> AsyncIterator[PipelinedConnection]:
    """Wait until no other session holds `lock`, then lead for as long as the connection holds.

    The server ends a session that asks nothing for `lease` seconds, and so the lead of a process
    that hangs or that nobody reaches any more. `on_standby` is called whenever somebody else was
    found to lead. Raises `psycopg.Error`.
    """
    async with connected(conninfo) as conn:
        async with cut_after(conn, lease):
            await _limit(conn, lease)
        while not await _take(conn, lock, lease):
            on_standby()
            await asyncio.sleep(TRY_AGAIN_SECONDS)
        yield conn


async def notified(conn: AsyncConnection[Any], seconds: float) -> None:
    """Wait until something is told of what `conn` listens to, or for so long."""
    # What came with the answers to `ask` lies where psycopg does not look.
    if [*iter(conn.pgconn.notifies, None)]:
        return
    async for _ in conn.notifies(timeout=seconds, stop_after=1):
        pass


async def _limit(conn: AsyncConnection[Any], lease: float) -> None:
    await conn.execute(
        """
        SELECT set_config(name, %(limit)s, FALSE)
        FROM unnest(ARRAY[
            'idle_session_timeout', 'idle_in_transaction_session_timeout', 'statement_timeout'
        ]) AS name
        """,
        {"limit": f"{int(lease * 1000)}ms"},
    )


async def _take(conn: AsyncConnection[Any], lock: str, lease: float) -> bool:
    async with cut_after(conn, lease):
        cursor = await conn.execute(
            "SELECT pg_try_advisory_lock(hashtext(%(lock)s))", {"lock": lock}
        )
        row = await cursor.fetchone()
    return bool(row and row[0])


def _cut(conn: AsyncConnection[Any]) -> None:
    try:
        descriptor = os.dup(conn.fileno())
    except psycopg.Error:  # closed in the meantime
        return
    with socket.socket(fileno=descriptor) as connection:
        connection.shutdown(socket.SHUT_RDWR)
