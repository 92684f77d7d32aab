"""Notices that a stream was made anew: it lost what it held, and nobody was told."""

import logging
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from events import pending
from events.bus import SCREENSHOTS_STREAM
from events.upload_queue import StreamState

log = logging.getLogger(__name__)


async def note(conn: AsyncConnection[Any], stream: str, state: StreamState, now: datetime) -> bool:
    """Note how the stream is now; True if it is not the one seen before.

    What was sent and has no outcome is due again then, in the same transaction.
    """
    before = await _seen(conn, stream)
    if state == before:
        return False
    is_lost = state.is_lost(before)
    async with conn.transaction():
        if is_lost:
            count = await pending.all_due(conn, now, queue_is_lost=stream == SCREENSHOTS_STREAM)
            if count:
                log.warning("the stream %s is new: %d pictures are due again", stream, count)
        await conn.execute(
            """
            INSERT INTO log.relay_streams (stream, created_at, last_sequence)
            VALUES (%(stream)s, %(created_at)s, %(last_sequence)s)
            ON CONFLICT (stream)
            DO UPDATE SET created_at = EXCLUDED.created_at, last_sequence = EXCLUDED.last_sequence
            """,
            {
                "stream": stream,
                "created_at": state.created_at,
                "last_sequence": state.last_sequence,
            },
        )
    return is_lost


async def _seen(conn: AsyncConnection[Any], stream: str) -> StreamState | None:
    async with conn.cursor(row_factory=class_row(StreamState)) as cursor:
        await cursor.execute(
            "SELECT created_at, last_sequence FROM log.relay_streams WHERE stream = %(stream)s",
            {"stream": stream},
        )
        return await cursor.fetchone()
