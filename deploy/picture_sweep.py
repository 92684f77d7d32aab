"""Removes from the store what no match names, and counts anew what players' pictures take up."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from command_api.matches.quotas import BEGINS_WITHIN
from events.catalogue import NAMES
from events.codec import EventMapper
from events.leading import connected
from events.matches import ScreenshotAttached, ScreenshotUploaded
from events.screenshots import Screenshots, Stored, original_of, place_of

LOCK: Final = "tracker picture sweep"
UNFINISHED_AFTER: Final = timedelta(hours=1)
# A picture is stored before its event is written, which takes seconds: no upload is this slow.
ORPHANED_AFTER: Final = timedelta(days=1)
# Orphans are left by crashes, one at a time. Many at once mean another thing: that the log is not
# the one that these pictures belong to, such as in the middle of a restore.
MOST_ORPHANS: Final = 20
BATCH: Final = 500

log = logging.getLogger(__name__)


class Swept(Struct, frozen=True):
    """What one sweep removed and set right."""

    unfinished: int = 0
    orphans: int = 0
    recounted: int = 0


class Usage(Struct, frozen=True):
    """What a player is charged with, and when that changed last."""

    stored_bytes: int
    changed_at: datetime


async def sweep_pictures(conninfo: str, screenshots: Screenshots, now: datetime) -> Swept:
    """Sweep as of `now`, if nobody else is at it. Raises `Unavailable` and `psycopg.Error`."""
    async with connected(conninfo) as conn:
        cursor = await conn.execute(
            "SELECT pg_try_advisory_lock(hashtext(%(lock)s))", {"lock": LOCK}
        )
        row = await cursor.fetchone()
        if not (row and row[0]):
            return Swept()
        swept = Swept(
            await screenshots.tidy(now - UNFINISHED_AFTER),
            *await _sweep(conn, screenshots, now),
        )
        # The server notices only later that the connection is gone.
        await conn.execute("SELECT pg_advisory_unlock_all()")
    log.info("swept pictures: %s", swept)
    return swept


async def _sweep(
    conn: AsyncConnection[Any], screenshots: Screenshots, now: datetime
) -> tuple[int, int]:
    """Delete orphans and count anew; gives how many pictures and players that were."""
    charged = await _charged(conn)
    held: defaultdict[UUID, int] = defaultdict(int)
    orphans: list[Stored] = []
    old: list[Stored] = []
    async for stored in screenshots.stored():
        if place := place_of(stored.key):
            held[place.owner_id] += _charged_size(stored)
            if stored.stored_at < now - ORPHANED_AFTER:
                old.append(stored)
        if len(old) == BATCH:
            orphans += await _orphans(conn, old)
            old.clear()
    orphans += await _orphans(conn, old)
    if len(orphans) > MOST_ORPHANS:
        log.warning("%d pictures belong to no match: too many to be removed", len(orphans))
        orphans.clear()
    for orphan in orphans:
        await screenshots.delete(orphan.key)
        if place := place_of(orphan.key):
            held[place.owner_id] -= _charged_size(orphan)
    return len(orphans), await _count_anew(conn, charged, held, now)


async def _orphans(conn: AsyncConnection[Any], pictures: Sequence[Stored]) -> list[Stored]:
    """Those that no event of their match names, or that have no match."""
    mapper = EventMapper()  # the names of people are of no concern here
    places = {stored.key: place_of(stored.key) for stored in pictures}
    cursor = await conn.execute(
        """
        SELECT topic, state, originator_id, originator_version
        FROM log.events
        WHERE originator_id = ANY(%(match_ids)s) AND topic = ANY(%(naming)s)
        """,
        {
            "match_ids": [place.match_id for place in places.values() if place],
            "naming": [NAMES[ScreenshotUploaded], NAMES[ScreenshotAttached]],
        },
    )
    named = set()
    async for row in cursor:
        event = mapper.decode(*row)
        if isinstance(event, ScreenshotUploaded | ScreenshotAttached):
            named.add(event.screenshot)
    return [stored for stored in pictures if original_of(stored.key) not in named]


def _charged_size(stored: Stored) -> int:
    """Players pay for what they send, not for what we make of it."""
    return stored.size if stored.key == original_of(stored.key) else 0


async def _charged(conn: AsyncConnection[Any]) -> dict[UUID, Usage]:
    cursor = await conn.execute("SELECT player_id, bytes, changed_at FROM accounts.upload_usage")
    return {player_id: Usage(*usage) for player_id, *usage in await cursor.fetchall()}


async def _count_anew(
    conn: AsyncConnection[Any],
    charged: dict[UUID, Usage],
    held: defaultdict[UUID, int],
    now: datetime,
) -> int:
    """Set right what was charged; players who uploaded meanwhile, or just before, have to wait."""
    wrong = [
        {"player_id": player_id, "bytes": held[player_id], "changed_at": usage.changed_at}
        for player_id, usage in charged.items()
        if usage.stored_bytes != held[player_id] and usage.changed_at < now - BEGINS_WITHIN
    ]
    for each in wrong:
        await conn.execute(
            """
            UPDATE accounts.upload_usage
            SET bytes = %(bytes)s
            WHERE player_id = %(player_id)s AND changed_at = %(changed_at)s
            """,
            each,
        )
    return len(wrong)
