"""The rows of requests that wait for an answer: kept from the log, with what is due when.

They are made of the log alone. Reminders are mails, noted in the transaction that notes the event,
so that each is asked for once, whatever crashes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from command_api.confirmations.rules import REMINDED_AFTER
from command_api.mails import asking
from command_api.mails.kinds import CONFIRMATION_REMINDER
from events.log import Recorded
from events.matches import (
    ConfirmationExpired,
    ConfirmationReminded,
    ConfirmationRequested,
    ConfirmationWithdrawn,
    MatchDisputed,
    MatchErased,
    MatchVerified,
)

FOLLOWER: Final = "deadlines"
# Those that matter here.
KINDS: Final = (
    ConfirmationRequested,
    ConfirmationWithdrawn,
    ConfirmationExpired,
    ConfirmationReminded,
    MatchVerified,
    MatchDisputed,
    MatchErased,
)


class Due(Struct, frozen=True, kw_only=True):
    """A request of which something is due: the reminder, or else the end."""

    match_id: UUID
    request_id: UUID
    correlation_id: UUID
    expires_at: datetime


async def position(conn: AsyncConnection[Any]) -> int:
    """How far the log was followed."""
    cursor = await conn.execute(
        "SELECT position FROM log.checkpoints WHERE follower = %(follower)s",
        {"follower": FOLLOWER},
    )
    row = await cursor.fetchone()
    return row[0] if row else 0


async def follow(
    conn: AsyncConnection[Any], batch: Sequence[Recorded], position: int, now: datetime
) -> None:
    """Note what the events begin and end, the mails they lead to, and the position, all at once."""
    async with conn.transaction():
        for recorded in batch:
            await _note(conn, recorded, now)
        await conn.execute(
            """
            INSERT INTO log.checkpoints (follower, position)
            VALUES (%(follower)s, %(position)s)
            ON CONFLICT (follower)
            DO UPDATE SET position = EXCLUDED.position, moved_at = clock_timestamp()
            """,
            {"follower": FOLLOWER, "position": position},
        )


async def due(conn: AsyncConnection[Any], now: datetime, limit: int) -> list[Due]:
    """At most `limit` of those whose time has come, the longest due first."""
    async with conn.cursor(row_factory=class_row(Due)) as cursor:
        await cursor.execute(
            """
            SELECT match_id, request_id, correlation_id, expires_at
            FROM log.confirmation_deadlines
            WHERE due_at <= %(now)s
            ORDER BY due_at
            LIMIT %(limit)s
            """,
            {"now": now, "limit": limit},
        )
        return await cursor.fetchall()


async def strike(conn: AsyncConnection[Any], one: Due, now: datetime) -> None:
    """Nothing was left to do for it: let go of the reminder, and in the end of the request."""
    await conn.execute(
        """
        DELETE FROM log.confirmation_deadlines
        WHERE request_id = %(request_id)s AND expires_at <= %(now)s
        """,
        {"request_id": one.request_id, "now": now},
    )
    await _reminded(conn, one.request_id)


async def _note(conn: AsyncConnection[Any], recorded: Recorded, now: datetime) -> None:
    event = recorded.event
    match event:
        case ConfirmationRequested():
            await _begin(conn, event)
        case (
            ConfirmationWithdrawn()
            | ConfirmationExpired()
            | MatchVerified()
            | MatchDisputed()
            | MatchErased()
        ):
            await conn.execute(
                "DELETE FROM log.confirmation_deadlines WHERE match_id = %(match_id)s",
                {"match_id": event.match_id},
            )
        case ConfirmationReminded():
            await _reminded(conn, event.request_id)
            # Who reads an old log again reminds nobody of what is long past.
            if now - event.cause.occurred_at < CONFIRMATION_REMINDER.patience:
                await asking.ask_once(
                    conn, CONFIRMATION_REMINDER, event.player_id, event.id, event.cause.occurred_at
                )


async def _begin(conn: AsyncConnection[Any], event: ConfirmationRequested) -> None:
    await conn.execute(
        """
        INSERT INTO log.confirmation_deadlines (
            match_id, request_id, correlation_id, remind_at, expires_at
        )
        VALUES (
            %(match_id)s, %(request_id)s, %(correlation_id)s, %(remind_at)s, %(expires_at)s
        )
        ON CONFLICT (match_id) DO UPDATE SET
            request_id = EXCLUDED.request_id,
            correlation_id = EXCLUDED.correlation_id,
            remind_at = EXCLUDED.remind_at,
            expires_at = EXCLUDED.expires_at
        """,
        {
            "match_id": event.match_id,
            "request_id": event.id,
            "correlation_id": event.cause.correlation_id,
            "remind_at": event.cause.occurred_at + REMINDED_AFTER,
            "expires_at": event.expires_at,
        },
    )


async def _reminded(conn: AsyncConnection[Any], request_id: UUID) -> None:
    await conn.execute(
        """
        UPDATE log.confirmation_deadlines SET remind_at = NULL WHERE request_id = %(request_id)s
        """,
        {"request_id": request_id},
    )
