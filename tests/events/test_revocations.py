"""Ended sessions: heard of at once, remembered for as long as their tokens live, or asked for."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from psycopg_pool import AsyncConnectionPool

from events.cancelling import beside
from events.identity import Principal
from events.refusals import Unauthenticated, Unavailable
from events.revocations import CHANNEL, EndedSessions, Revocations, session_is_live

pytestmark = pytest.mark.anyio

PLAYER = UUID(int=7)


@pytest.fixture
def nobody_to_ask(database: str) -> AsyncConnectionPool:
    """A pool without connections: whoever needs it does not know by itself."""
    return AsyncConnectionPool(database, open=False)


@asynccontextmanager
async def running(revocations: Revocations) -> AsyncIterator[Revocations]:
    async with beside(revocations.run()):
        async with asyncio.timeout(5):
            await revocations.until_hearing()
        yield revocations


async def begun(pool: AsyncConnectionPool) -> Principal:
    principal = Principal(PLAYER, uuid4())
    async with pool.connection() as connection:
        await connection.execute(
            """
            INSERT INTO accounts.players
                (id, email, email_folded, password_hash, password_changed_at, created_at)
            VALUES (%s, 'a@b.co', 'a@b.co', '', now(), now()) ON CONFLICT DO NOTHING
            """,
            [principal.user_id],
        )
        await connection.execute(
            """
            INSERT INTO accounts.sessions (id, player_id, created_at, last_used_at)
            VALUES (%s, %s, now(), now())
            """,
            [principal.session_id, principal.user_id],
        )
    return principal


async def end(pool: AsyncConnectionPool, principal: Principal) -> None:
    async with pool.connection() as connection:
        await connection.execute(
            """
            UPDATE accounts.sessions SET ended_at = now(), end_reason = 'logout' WHERE id = %s
            """,
            [principal.session_id],
        )
        await connection.execute(f"SELECT pg_notify('{CHANNEL}', %s)", [str(principal.session_id)])


async def listener(pool: AsyncConnectionPool) -> int:
    """The server's process that serves the connection on which is listened."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            """
            SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND query = 'SELECT 1' AND pid <> pg_backend_pid()
            """
        )
        ((pid,),) = await cursor.fetchall()
        return int(pid)


async def test_an_end_is_heard_within_a_second_by_every_process(
    database: str, pool: AsyncConnectionPool, nobody_to_ask: AsyncConnectionPool
) -> None:
    principal = await begun(pool)
    async with (
        running(Revocations(database, nobody_to_ask)) as here,
        running(Revocations(database, nobody_to_ask)) as there,
    ):
        await here.refuse_ended(principal)
        await end(pool, principal)
        async with asyncio.timeout(1):
            await here.until_ended(principal)
            await there.until_ended(principal)
        for process in (here, there):
            with pytest.raises(Unauthenticated):
                await process.refuse_ended(principal)


async def test_who_does_not_hear_asks(database: str, pool: AsyncConnectionPool) -> None:
    deaf = Revocations(database, pool)
    principal, stranger = await begun(pool), Principal(PLAYER, uuid4())
    await deaf.refuse_ended(principal)
    await end(pool, principal)
    for ended in (principal, stranger):
        with pytest.raises(Unauthenticated):
            await deaf.refuse_ended(ended)


async def test_who_starts_knows_what_ended_before(
    database: str, pool: AsyncConnectionPool, nobody_to_ask: AsyncConnectionPool
) -> None:
    principal, other = await begun(pool), await begun(pool)
    await end(pool, principal)
    async with running(Revocations(database, nobody_to_ask)) as late:
        await late.refuse_ended(other)
        with pytest.raises(Unauthenticated):
            await late.refuse_ended(principal)


async def test_who_neither_hears_nor_gets_an_answer_lets_nobody_in(
    database: str, nobody_to_ask: AsyncConnectionPool
) -> None:
    with pytest.raises(Unavailable):
        await Revocations(database, nobody_to_ask).refuse_ended(Principal(PLAYER, uuid4()))


@pytest.mark.skipif(os.name != "posix", reason="processes are stopped by POSIX signals")
async def test_a_server_that_hangs_is_not_waited_for(database: str) -> None:
    async with AsyncConnectionPool(database, min_size=1, max_size=1, open=False) as pool:
        async with pool.connection() as connection:
            hanging = connection.info.backend_pid
        os.kill(hanging, signal.SIGSTOP)
        try:
            async with asyncio.timeout(3):
                with pytest.raises(Unavailable):
                    await Revocations(database, pool).refuse_ended(Principal(PLAYER, uuid4()))
        finally:
            os.kill(hanging, signal.SIGCONT)


async def test_a_cut_connection_is_made_again_and_misses_nothing(
    database: str, pool: AsyncConnectionPool, nobody_to_ask: AsyncConnectionPool
) -> None:
    during, after = await begun(pool), await begun(pool)
    async with running(Revocations(database, nobody_to_ask)) as revocations:
        async with pool.connection() as connection:
            await connection.execute("SELECT pg_terminate_backend(%s)", [await listener(pool)])
        await end(pool, during)
        for principal in (during, after):
            async with asyncio.timeout(5):
                await heard(revocations, principal)
            await end(pool, after)


async def heard(revocations: Revocations, principal: Principal) -> None:
    while True:
        try:
            return await revocations.until_ended(principal)
        except Unavailable:
            await revocations.until_hearing()


@pytest.mark.skipif(os.name != "posix", reason="processes are stopped by POSIX signals")
async def test_a_connection_that_falls_silent_is_noticed_within_a_second(
    database: str, pool: AsyncConnectionPool
) -> None:
    principal = await begun(pool)
    async with running(Revocations(database, pool)) as revocations:
        silent = await listener(pool)
        os.kill(silent, signal.SIGSTOP)
        try:
            await end(pool, principal)
            async with asyncio.timeout(1):
                await revocations.until_ended(principal)
            assert await session_is_live(pool, (await begun(pool)).session_id)
        finally:
            os.kill(silent, signal.SIGCONT)
        async with asyncio.timeout(5):
            await revocations.until_hearing()


async def test_a_notice_that_names_no_session_does_no_harm(
    database: str, pool: AsyncConnectionPool, nobody_to_ask: AsyncConnectionPool
) -> None:
    principal = await begun(pool)
    async with running(Revocations(database, nobody_to_ask)) as revocations:
        async with pool.connection() as connection:
            await connection.execute(f"SELECT pg_notify('{CHANNEL}', 'nonsense')")
        await end(pool, principal)
        async with asyncio.timeout(1):
            await revocations.until_ended(principal)


def test_what_ended_is_forgotten_when_its_tokens_have_expired() -> None:
    ended = EndedSessions(remembered=600)
    first, second, third = UUID(int=1), UUID(int=2), UUID(int=3)
    ended.add(first, now=0)
    ended.add(second, now=300)
    ended.add(first, now=301)
    ended.add(third, now=901)
    assert (first in ended, second in ended, third in ended) == (True, False, True)
    ended.add(third, now=2000)
    assert len(ended) == 1
