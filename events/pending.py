"""The readings still to come: kept from the log by the relay, which sends what is due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from events.codec import EventMapper
from events.log import Recorded
from events.matches import ScreenshotAttached, ScreenshotUploaded
from events.tail import upload_of
from events.wanted_readings import Wanted

FOLLOWER: Final = "relay"
COLUMNS: Final = "request_id, match_id, correlation_id, screenshot, sends, sent_at, sequence"


class Pending(Struct, frozen=True, kw_only=True):
    """A picture whose reading is still to come, and its last message in the queue.

    `sends` counts the messages. `sequence` is None before the first, and when the queue was made
    anew since.
    """

    request_id: UUID
    match_id: UUID
    correlation_id: UUID
    screenshot: str
    sends: int
    sent_at: datetime | None
    sequence: int | None


async def position(conn: AsyncConnection[Any]) -> int:
    """How far the relay has followed the log."""
    cursor = await conn.execute(
        "SELECT position FROM log.checkpoints WHERE follower = %(follower)s",
        {"follower": FOLLOWER},
    )
    row = await cursor.fetchone()
    return row[0] if row else 0


async def follow(
    conn: AsyncConnection[Any],
    mapper: EventMapper,
    batch: Sequence[Recorded],
    position: int,
    now: datetime,
) -> None:
    """Note what the events ask for and what they bring, and the position, in one transaction."""
    wanted = Wanted()
    for recorded in batch:
        wanted.take(recorded)
    async with conn.transaction():
        # It can be made again from the log: losing the last moments in a crash is no loss.
        await conn.execute("SET LOCAL synchronous_commit TO OFF")
        # First what is over: all that stands in the table was asked for before this batch.
        await _strike(conn, wanted)
        for recorded in wanted.asked.values():
            await _note(conn, mapper, recorded, now)
        await _move(conn, position)


async def due(conn: AsyncConnection[Any], now: datetime, limit: int) -> list[Pending]:
    """At most `limit` of those whose time has come: first what was never sent, as in the log."""
    async with conn.cursor(row_factory=class_row(Pending)) as cursor:
        await cursor.execute(
            f"""
            SELECT {COLUMNS}
            FROM log.pending_readings
            WHERE due_at <= %(now)s
            ORDER BY sends > 0, due_at, position
            LIMIT %(limit)s
            """,  # noqa: S608  # the columns are ours
            {"now": now, "limit": limit},
        )
        return await cursor.fetchall()


async def at_sequence(conn: AsyncConnection[Any], sequence: int) -> Pending | None:
    """Whose last message stands, or stood, at `sequence` in the queue."""
    async with conn.cursor(row_factory=class_row(Pending)) as cursor:
        await cursor.execute(
            f"SELECT {COLUMNS} FROM log.pending_readings WHERE sequence = %(sequence)s",  # noqa: S608
            {"sequence": sequence},
        )
        return await cursor.fetchone()


async def mark_sent(
    conn: AsyncConnection[Any], request_id: UUID, sequence: int, now: datetime, due_at: datetime
) -> None:
    """Note that the queue holds the message, and when to look for what became of it."""
    await conn.execute(
        """
        UPDATE log.pending_readings
        SET sends = sends + 1, sequence = %(sequence)s, sent_at = %(now)s, due_at = %(due_at)s
        WHERE request_id = %(request_id)s
        """,
        {"request_id": request_id, "sequence": sequence, "now": now, "due_at": due_at},
    )


async def postpone(conn: AsyncConnection[Any], request_id: UUID, due_at: datetime) -> None:
    """Look again later."""
    await conn.execute(
        "UPDATE log.pending_readings SET due_at = %(due_at)s WHERE request_id = %(request_id)s",
        {"request_id": request_id, "due_at": due_at},
    )


async def all_due(conn: AsyncConnection[Any], now: datetime, *, queue_is_lost: bool) -> int:
    """Look at everything sent now: a stream was made anew. Gives how many these are."""
    cursor = await conn.execute(
        """
        UPDATE log.pending_readings
        SET due_at = %(now)s, sequence = CASE WHEN NOT %(queue_is_lost)s THEN sequence END
        WHERE sends > 0
        """,
        {"now": now, "queue_is_lost": queue_is_lost},
    )
    return cursor.rowcount


async def _strike(conn: AsyncConnection[Any], wanted: Wanted) -> None:
    for condition, ids in (
        ("request_id = ANY(%(ids)s)", wanted.answered),
        ("match_id = ANY(%(ids)s)", wanted.erased),
        ("match_id = ANY(%(ids)s) AND is_attached", wanted.replaced),
    ):
        if ids:
            await conn.execute(
                f"DELETE FROM log.pending_readings WHERE {condition}",  # noqa: S608  # ours
                {"ids": ids},
            )


async def _note(
    conn: AsyncConnection[Any], mapper: EventMapper, recorded: Recorded, now: datetime
) -> None:
    event = recorded.event
    if isinstance(event, ScreenshotUploaded | ScreenshotAttached):
        screenshot = event.screenshot
    else:
        screenshot = (await upload_of(conn, mapper, event.match_id)).screenshot
    await conn.execute(
        """
        INSERT INTO log.pending_readings (
            request_id, match_id, correlation_id, screenshot, position, due_at, is_attached
        )
        VALUES (
            %(request_id)s, %(match_id)s, %(correlation_id)s, %(screenshot)s, %(position)s,
            %(now)s, %(is_attached)s
        )
        ON CONFLICT (request_id) DO NOTHING
        """,
        {
            "request_id": event.id,
            "match_id": event.match_id,
            "correlation_id": event.cause.correlation_id,
            "screenshot": screenshot,
            "position": recorded.position,
            "now": now,
            "is_attached": isinstance(event, ScreenshotAttached),
        },
    )


async def _move(conn: AsyncConnection[Any], position: int) -> None:
    await conn.execute(
        """
        INSERT INTO log.checkpoints (follower, position)
        VALUES (%(follower)s, %(position)s)
        ON CONFLICT (follower)
        DO UPDATE SET position = EXCLUDED.position, moved_at = clock_timestamp()
        """,
        {"follower": FOLLOWER, "position": position},
    )
