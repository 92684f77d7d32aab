"""How far the read models have come is heard, and whoever waits for it is told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from events.progress import (
    MATCHES_FOLLOWER,
    PROJECTED_CHANNEL,
    Progress,
    Projected,
    checkpoint,
)

pytestmark = pytest.mark.anyio

LONG = 5.0


@pytest.fixture
async def conn(database: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as conn:
        yield conn


async def project(
    conn: psycopg.AsyncConnection[Any], position: int, matches: tuple[UUID, ...] = ()
) -> None:
    async with conn.transaction():
        await conn.execute(
            """
            INSERT INTO log.checkpoints (follower, position)
            VALUES (%(follower)s, %(position)s)
            ON CONFLICT (follower) DO UPDATE SET position = EXCLUDED.position
            """,
            {"follower": MATCHES_FOLLOWER, "position": position},
        )
        payload = msgspec.json.encode(Projected(position, matches)).decode()
        await conn.execute("SELECT pg_notify(%s, %s)", [PROJECTED_CHANNEL, payload])


async def test_each_waits_for_its_own_position(
    database: str, conn: psycopg.AsyncConnection[Any]
) -> None:
    async with Progress(database) as progress:
        first, second = (
            asyncio.create_task(progress.reached(position, LONG)) for position in (1, 2)
        )
        await project(conn, 1)
        assert await first
        assert not second.done()
        await project(conn, 2)
        assert await second
        assert progress.position == 2


async def test_what_was_heard_is_not_taken_back_by_what_was_asked_before(
    database: str, conn: psycopg.AsyncConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    asked_first, asked_again = asyncio.Event(), asyncio.Event()

    async def asked(listening: psycopg.AsyncConnection[Any]) -> int:
        position = await checkpoint(listening)
        if position == 1:
            await project(conn, 2)
            await listening.execute("SELECT")  # what is notified comes with the answer
        (asked_again if position == 2 else asked_first).set()
        return position

    def tell(self: Progress, projected: Projected) -> None:
        told.append(projected.position)
        really_tell(self, projected)

    really_tell = Progress._tell
    monkeypatch.setattr(Progress, "_tell", tell)
    monkeypatch.setattr("events.progress.checkpoint", asked)
    monkeypatch.setattr("events.progress.PATIENCE_SECONDS", 0.01)
    async with Progress(database) as progress, asyncio.timeout(LONG):
        await asked_first.wait()
        await project(conn, 1)
        assert await progress.reached(2, LONG)
        await asked_again.wait()
    assert told == sorted(told)


async def test_who_waits_too_long_is_told_so(database: str) -> None:
    async with Progress(database) as progress:
        assert not await progress.reached(1, 0.05)


async def test_who_is_cancelled_leaves_the_others_alone(
    database: str, conn: psycopg.AsyncConnection[Any]
) -> None:
    async with Progress(database) as progress:
        gone, other = (asyncio.create_task(progress.reached(1, LONG)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        await project(conn, 1)
        assert await other
        assert gone.cancelled()


async def test_changes_of_a_match_are_told(
    database: str, conn: psycopg.AsyncConnection[Any]
) -> None:
    match_id = uuid4()
    async with Progress(database) as progress:
        with progress.changes_of(match_id) as changed:
            for position in range(1, 30):  # some come with answers to other statements
                changed.clear()
                await project(conn, position, (match_id,))
                await asyncio.wait_for(changed.wait(), LONG)


async def test_it_goes_on_after_a_lost_connection(
    database: str, conn: psycopg.AsyncConnection[Any]
) -> None:
    returned = asyncio.Event()

    async def note() -> None:
        returned.set()

    async with Progress(database, note) as progress:
        await project(conn, 1)
        assert await progress.reached(1, LONG)
        await conn.execute(
            """
            SELECT pg_terminate_backend(pid)
            FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        )
        await asyncio.wait_for(returned.wait(), LONG)
        await project(conn, 2)
        assert await progress.reached(2, LONG)
