"""The readings still to come: kept from the log by the relay, which sends what is due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from psycopg import AsyncConnection
from psycopg.rows import class_row

from events.codec import EventMapper
from events.log import Recorded
from events.matches import ScreenshotAttached, ScreenshotUploaded
from events.pipelined import PipelinedConnection
from events.statements import Statement, array_of
from events.tail import upload_of
from events.wanted_readings import Wanted

FOLLOWER: Final = "relay"


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


class Asked(Pending, frozen=True, kw_only=True):
    """A reading that the log asks for, as it is noted: due at once, unless it was sent already."""

    position: int
    is_attached: bool
    due_at: datetime

    def after(self, sequence: int, now: datetime, due_at: datetime) -> Self:
        """The same, sent for the first time."""
        return replace(self, sends=1, sent_at=now, sequence=sequence, due_at=due_at)


FIELDS: Final = Pending.__struct_fields__
COLUMNS: Final = ", ".join(FIELDS)
# One statement: a transaction of several costs several times as much. What it deletes stood in
# the table before this batch, and what it adds is not seen by that.
_NOTE: Final = Statement(
    f"""
    WITH struck AS (
        DELETE FROM log.pending_readings
        WHERE request_id = ANY(%(answered)s::uuid[])
           OR match_id = ANY(%(erased)s::uuid[])
           OR (match_id = ANY(%(replaced)s::uuid[]) AND is_attached)
    ), noted AS (
        INSERT INTO log.pending_readings ({COLUMNS}, position, is_attached, due_at)
        SELECT {COLUMNS}, position, is_attached, due_at
        FROM json_populate_recordset(NULL::log.pending_readings, %(asked)s::json)
        ON CONFLICT (request_id) DO NOTHING
    )
    INSERT INTO log.checkpoints (follower, position)
    VALUES (%(follower)s, %(position)s)
    ON CONFLICT (follower)
    DO UPDATE SET position = EXCLUDED.position, moved_at = clock_timestamp()
    """  # noqa: S608  # the columns are ours
)
_DUE: Final = Statement(
    f"""
    SELECT {COLUMNS}
    FROM log.pending_readings
    WHERE due_at <= %(now)s
    ORDER BY sends > 0, due_at, position
    LIMIT %(limit)s
    """  # noqa: S608  # the columns are ours
)
_MARK_SENT: Final = Statement(
    """
    UPDATE log.pending_readings
    SET sends = sends + 1, sequence = %(sequence)s, sent_at = %(now)s, due_at = %(due_at)s
    WHERE request_id = %(request_id)s
    """
)


async def position(conn: AsyncConnection[Any]) -> int:
    """How far the relay has followed the log."""
    cursor = await conn.execute(
        "SELECT position FROM log.checkpoints WHERE follower = %(follower)s",
        {"follower": FOLLOWER},
    )
    row = await cursor.fetchone()
    return row[0] if row else 0


async def asked(
    conn: AsyncConnection[Any], mapper: EventMapper, wanted: Wanted, now: datetime
) -> list[Asked]:
    """The readings that are asked for, in the order of the log."""
    return [await _asked(conn, mapper, recorded, now) for recorded in wanted.asked.values()]


async def note(
    conn: PipelinedConnection, wanted: Wanted, asked: Sequence[Asked], position: int
) -> None:
    """Note what is asked for, strike what nobody waits for, and move on, in one transaction."""
    await conn.ask(
        _NOTE,
        {
            "answered": array_of(wanted.answered),
            "erased": array_of(wanted.erased),
            "replaced": array_of(wanted.replaced),
            "asked": msgspec.json.encode(asked).decode(),
            "follower": FOLLOWER,
            "position": position,
        },
    )


async def due(conn: PipelinedConnection, now: datetime, limit: int) -> list[Pending]:
    """At most `limit` of those whose time has come: first what was never sent, as in the log."""
    rows = await conn.ask(_DUE, {"now": now, "limit": limit})
    return [
        Pending(**dict(zip(FIELDS, rows.row(number), strict=True))) for number in range(len(rows))
    ]


async def at_sequence(conn: AsyncConnection[Any], sequence: int) -> Pending | None:
    """Whose last message stands, or stood, at `sequence` in the queue."""
    async with conn.cursor(row_factory=class_row(Pending)) as cursor:
        await cursor.execute(
            f"SELECT {COLUMNS} FROM log.pending_readings WHERE sequence = %(sequence)s",  # noqa: S608
            {"sequence": sequence},
        )
        return await cursor.fetchone()


async def mark_sent(
    conn: PipelinedConnection,
    request_id: UUID,
    sequence: int,
    now: datetime,
    due_at: datetime,
) -> None:
    """Note that the queue holds the message, and when to look for what became of it."""
    await conn.ask(
        _MARK_SENT,
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


async def _asked(
    conn: AsyncConnection[Any], mapper: EventMapper, recorded: Recorded, now: datetime
) -> Asked:
    event = recorded.event
    if isinstance(event, ScreenshotUploaded | ScreenshotAttached):
        screenshot = event.screenshot
    else:
        screenshot = (await upload_of(conn, mapper, event.match_id)).screenshot
    return Asked(
        request_id=event.id,
        match_id=event.match_id,
        correlation_id=event.cause.correlation_id,
        screenshot=screenshot,
        sends=0,
        sent_at=None,
        sequence=None,
        position=recorded.position,
        is_attached=isinstance(event, ScreenshotAttached),
        due_at=now,
    )
