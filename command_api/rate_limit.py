"""How often something may be asked, counted exactly by all processes together in PostgreSQL."""

import math
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from msgspec import Struct
from psycopg_pool import AsyncConnectionPool

from events.refusals import TooManyRequests

SWEPT_AT_ONCE: Final = 4  # more than one for every row that comes, so the table cannot grow


class RateLimit(Struct, frozen=True):
    """At most `limit` times within `window`, which begins with the first time."""

    name: str
    limit: int
    window: timedelta


async def count(
    pool: AsyncConnectionPool,
    limit: RateLimit,
    key: str,
    now: datetime,
    when_first_refused: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Count one more for `key`; raises `TooManyRequests` when that is one too many.

    A refused one counts as well, but does not make the window longer. `when_first_refused` is
    called at the first refusal of a window: a flood must not fill the audit.
    """
    hits, ends_at = await _hit(pool, limit, key, now)
    if hits == 1:
        await _sweep(pool, now)
    if hits <= limit.limit:
        return
    if when_first_refused and hits == limit.limit + 1:
        await when_first_refused()
    # Who asked a moment before the window began has a little more than the window to wait.
    wait = max(1, math.ceil(min(ends_at - now, limit.window).total_seconds()))
    raise TooManyRequests(f"That was too often. Try again in {_spoken(wait)}.", wait)


async def note(pool: AsyncConnectionPool, limit: RateLimit, key: str, now: datetime) -> None:
    """Count one more for `key` without refusing it, so that `is_noted` knows it."""
    await _hit(pool, limit, key, now)


async def is_noted(pool: AsyncConnectionPool, limit: RateLimit, key: str, now: datetime) -> bool:
    """Whether `key` was counted in a window that still runs."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            """
            SELECT FROM accounts.rate_counters
            WHERE key_hash = %(key_hash)s AND window_ends_at > %(now)s
            """,
            {"key_hash": _key_hash(limit, key), "now": now},
        )
    return cursor.rowcount == 1


def network_of(client: str) -> str:
    """Whom an address stands for: an IPv6 client owns a whole /64 and may use any part of it."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return client
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), 64), strict=False))


async def _hit(
    pool: AsyncConnectionPool, limit: RateLimit, key: str, now: datetime
) -> tuple[int, datetime]:
    async with pool.connection() as connection:
        cursor = await connection.execute(
            """
            INSERT INTO accounts.rate_counters AS counter (key_hash, hits, window_ends_at)
            VALUES (%(key_hash)s, 1, %(ends_at)s)
            ON CONFLICT (key_hash) DO UPDATE SET
                hits = CASE WHEN counter.window_ends_at <= %(now)s THEN 1
                    ELSE counter.hits + 1 END,
                window_ends_at = CASE WHEN counter.window_ends_at <= %(now)s
                    THEN excluded.window_ends_at ELSE counter.window_ends_at END
            RETURNING hits, window_ends_at
            """,
            {"key_hash": _key_hash(limit, key), "ends_at": now + limit.window, "now": now},
        )
        row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - an upsert always returns its row
    return row[0], row[1]


async def _sweep(pool: AsyncConnectionPool, now: datetime) -> None:
    # A statement of its own that waits for no lock: within the upsert, two could deadlock.
    async with pool.connection() as connection:
        await connection.execute(
            """
            DELETE FROM accounts.rate_counters WHERE key_hash IN (
                SELECT key_hash FROM accounts.rate_counters WHERE window_ends_at <= %(now)s
                ORDER BY window_ends_at LIMIT %(at_once)s FOR UPDATE SKIP LOCKED
            )
            """,
            {"now": now, "at_once": SWEPT_AT_ONCE},
        )


def _key_hash(limit: RateLimit, key: str) -> bytes:
    return sha256(f"{limit.name}\0{key}".encode(errors="surrogatepass")).digest()


def _spoken(seconds: int) -> str:
    if seconds > 90:
        return f"{math.ceil(seconds / 60)} minutes"
    return "1 second" if seconds == 1 else f"{seconds} seconds"
