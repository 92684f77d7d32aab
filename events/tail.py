"""Reads the log in order on a connection of the reader's own, without a thread that may hang."""

from typing import Any, cast
from uuid import UUID

from psycopg import AsyncConnection

from events.codec import EventMapper
from events.log import Recorded
from events.matches import MatchEvent, ScreenshotUploaded


async def read(
    conn: AsyncConnection[Any], mapper: EventMapper, after: int, limit: int
) -> list[Recorded]:
    """At most `limit` events of all matches with positions greater than `after`, in order."""
    cursor = await conn.execute(
        """
        SELECT notification_id, topic, state, originator_id, originator_version
        FROM log.events
        WHERE notification_id > %(after)s
        ORDER BY notification_id
        LIMIT %(limit)s
        """,
        {"after": after, "limit": limit},
    )
    return [
        Recorded(position, cast(MatchEvent, mapper.decode(*stored)))
        for position, *stored in await cursor.fetchall()
    ]


async def upload_of(
    conn: AsyncConnection[Any], mapper: EventMapper, match_id: UUID
) -> ScreenshotUploaded:
    """The first event of a match that is in the log; raises `LookupError` if it is none."""
    cursor = await conn.execute(
        """
        SELECT topic, state, originator_id, originator_version
        FROM log.events
        WHERE originator_id = %(match_id)s AND originator_version = 1
        """,
        {"match_id": match_id},
    )
    row = await cursor.fetchone()
    event = mapper.decode(*row) if row else None
    if not isinstance(event, ScreenshotUploaded):
        raise LookupError(f"The match {match_id} does not begin with an upload.")  # noqa: TRY004  # the log is at fault, not a caller
    return event
