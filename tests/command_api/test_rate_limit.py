"""Counting how often something is asked, exactly, by all processes together."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from psycopg_pool import AsyncConnectionPool

from command_api.rate_limit import RateLimit, count, is_noted, network_of, note
from events.refusals import TooManyRequests

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
THREE = RateLimit("knock", 3, timedelta(minutes=1))


async def allowed(pool: AsyncConnectionPool, key: str, now: datetime = NOW) -> bool:
    try:
        await count(pool, THREE, key, now)
    except TooManyRequests:
        return False
    return True


async def test_the_limit_is_reached_and_not_passed(pool: AsyncConnectionPool) -> None:
    assert [await allowed(pool, "amina") for _ in range(5)] == [True] * 3 + [False] * 2


async def test_parallel_knocks_are_all_counted(pool: AsyncConnectionPool) -> None:
    assert sum(await asyncio.gather(*(allowed(pool, "amina") for _ in range(50)))) == 3


async def test_keys_and_limits_do_not_count_for_each_other(pool: AsyncConnectionPool) -> None:
    for _ in range(3):
        assert await allowed(pool, "amina")
    assert await allowed(pool, "yassine")
    await count(pool, RateLimit("ring", 3, timedelta(minutes=1)), "amina", NOW)


async def test_a_window_begins_with_the_first_and_does_not_grow(pool: AsyncConnectionPool) -> None:
    moments = [NOW + timedelta(seconds=s) for s in (0, 20, 40, 59, 60)]
    assert [await allowed(pool, "amina", m) for m in moments] == [True, True, True, False, True]


async def test_a_refusal_says_how_long_to_wait(pool: AsyncConnectionPool) -> None:
    for _ in range(3):
        await count(pool, THREE, "amina", NOW)
    with pytest.raises(TooManyRequests, match="in 18 seconds") as refusal:
        await count(pool, THREE, "amina", NOW + timedelta(seconds=42.5))
    assert refusal.value.retry_after == 18
    with pytest.raises(TooManyRequests, match="in 1 second\\."):
        await count(pool, THREE, "amina", NOW + timedelta(seconds=59.9))


async def test_who_asked_before_the_window_began_waits_no_longer_than_it(
    pool: AsyncConnectionPool,
) -> None:
    for _ in range(3):
        await count(pool, THREE, "amina", NOW)
    with pytest.raises(TooManyRequests) as refusal:
        await count(pool, THREE, "amina", NOW - timedelta(milliseconds=5))
    assert refusal.value.retry_after == 60


async def test_what_was_noted_is_known_until_its_window_ends(pool: AsyncConnectionPool) -> None:
    await note(pool, THREE, "amina", NOW)
    ask = [await is_noted(pool, THREE, "amina", NOW + timedelta(seconds=s)) for s in (0, 59, 60)]
    assert ask == [True, True, False]
    assert not await is_noted(pool, THREE, "yassine", NOW)


async def test_only_the_first_refusal_of_a_window_is_reported(pool: AsyncConnectionPool) -> None:
    reported = []

    async def report() -> None:
        reported.append("refused")

    for _ in range(10):
        try:
            await count(pool, THREE, "amina", NOW, report)
        except TooManyRequests:
            continue
    assert reported == ["refused"]


async def test_no_key_can_be_read_in_the_table(pool: AsyncConnectionPool) -> None:
    await count(pool, THREE, "amina@example.com\ud800", NOW)
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT key_hash FROM accounts.rate_counters")
        ((stored,),) = await cursor.fetchall()
    assert b"amina" not in stored


async def test_old_counters_are_swept_away_by_new_ones(pool: AsyncConnectionPool) -> None:
    for number in range(40):
        await count(pool, THREE, f"old {number}", NOW)
    later = NOW + timedelta(minutes=2)
    await asyncio.gather(*(count(pool, THREE, f"new {number}", later) for number in range(20)))
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(*) FILTER (WHERE window_ends_at > %s), count(*) FROM"
            " accounts.rate_counters",
            [later],
        )
        assert await cursor.fetchone() == (20, 20)


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix", "unix"),
    ],
)
def test_a_client_stands_for_its_network(client: str, network: str) -> None:
    assert network_of(client) == network
