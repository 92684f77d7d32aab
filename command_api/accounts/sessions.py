"""The rows of sessions: begun, used, listed, ended, and swept away long after."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from command_api.accounts.answers import Session
from events.identity import Principal
from events.revocations import CHANNEL

IDLE_END: Final = timedelta(days=30)
ABSOLUTE_END: Final = timedelta(days=90)
KEPT_AFTER_END: Final = timedelta(days=1)  # far longer than an access token lives


class EndReason(StrEnum):
    """Why a session ended before its time."""

    LOGOUT = "logout"
    ENDED_BY_PLAYER = "ended_by_player"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - no secret
    TOKEN_REUSED = "token_reused"  # noqa: S105 - no secret
    ERASED = "erased"


async def begin(
    connection: AsyncConnection[Any], session_id: UUID, player_id: UUID, now: datetime
) -> None:
    """Add a session."""
    await connection.execute(
        """
        INSERT INTO accounts.sessions (id, player_id, created_at, last_used_at)
        VALUES (%(id)s, %(player_id)s, %(now)s, %(now)s)
        """,
        {"id": session_id, "player_id": player_id, "now": now},
    )


async def use(connection: AsyncConnection[Any], session_id: UUID, now: datetime) -> UUID | None:
    """Note that a session was used, and give its player; `None` if it ended or was idle too long.

    The row stays locked, so that the session cannot end before the transaction does.
    """
    cursor = await connection.execute(
        """
        UPDATE accounts.sessions SET last_used_at = greatest(last_used_at, %(now)s)
        WHERE id = %(id)s AND ended_at IS NULL
            AND last_used_at > %(idle_since)s AND created_at > %(oldest)s
        RETURNING player_id
        """,
        {"id": session_id, "now": now, **_bounds(now)},
    )
    row = await cursor.fetchone()
    return row and row[0]


async def running(
    connection: AsyncConnection[Any], principal: Principal, now: datetime
) -> list[Session]:
    """The principal's sessions that can still be used, the last used first."""
    cursor = await connection.execute(
        """
        SELECT id, created_at, last_used_at FROM accounts.sessions
        WHERE player_id = %(player_id)s AND ended_at IS NULL
            AND last_used_at > %(idle_since)s AND created_at > %(oldest)s
        ORDER BY last_used_at DESC, id
        """,
        {"player_id": principal.user_id, **_bounds(now)},
    )
    return [
        Session(
            session_id,
            created_at.astimezone(UTC),
            last_used_at.astimezone(UTC),
            current=session_id == principal.session_id,
        )
        async for session_id, created_at, last_used_at in cursor
    ]


async def end(
    connection: AsyncConnection[Any],
    session_id: UUID,
    player_id: UUID,
    reason: EndReason,
    now: datetime,
) -> bool:
    """End one session of a player and tell every process; False if there is none running."""
    cursor = await connection.execute(
        """
        WITH ended AS (
            UPDATE accounts.sessions SET ended_at = %(now)s, end_reason = %(reason)s
            WHERE id = %(id)s AND player_id = %(player_id)s AND ended_at IS NULL
            RETURNING id
        )
        SELECT pg_notify(%(channel)s, id::text) FROM ended
        """,
        {
            "id": session_id,
            "player_id": player_id,
            "reason": reason,
            "now": now,
            "channel": CHANNEL,
        },
    )
    return cursor.rowcount == 1


async def end_others(
    connection: AsyncConnection[Any], principal: Principal, reason: EndReason, now: datetime
) -> None:
    """End every session of the principal but the one that asks, and tell every process."""
    await connection.execute(
        """
        WITH ended AS (
            UPDATE accounts.sessions SET ended_at = %(now)s, end_reason = %(reason)s
            WHERE player_id = %(player_id)s AND id <> %(id)s AND ended_at IS NULL
            RETURNING id
        )
        SELECT pg_notify(%(channel)s, id::text) FROM ended
        """,
        {
            "id": principal.session_id,
            "player_id": principal.user_id,
            "reason": reason,
            "now": now,
            "channel": CHANNEL,
        },
    )


async def end_all(
    connection: AsyncConnection[Any], player_id: UUID, reason: EndReason, now: datetime
) -> None:
    """End every session of a player, and tell every process."""
    await connection.execute(
        """
        WITH ended AS (
            UPDATE accounts.sessions SET ended_at = %(now)s, end_reason = %(reason)s
            WHERE player_id = %(player_id)s AND ended_at IS NULL
            RETURNING id
        )
        SELECT pg_notify(%(channel)s, id::text) FROM ended
        """,
        {"player_id": player_id, "reason": reason, "now": now, "channel": CHANNEL},
    )


async def sweep(connection: AsyncConnection[Any], now: datetime) -> int:
    """Remove sessions that ended or ran out more than a day ago, with their tokens; how many.

    No more than a thousand at once.
    """
    past = now - KEPT_AFTER_END
    cursor = await connection.execute(
        """
        SELECT id FROM accounts.sessions
        WHERE ended_at < %(past)s OR last_used_at <= %(idle_since)s OR created_at <= %(oldest)s
        LIMIT 1000
        """,
        {"past": past, **_bounds(past)},
    )
    over = [session_id for (session_id,) in await cursor.fetchall()]
    # Tokens before sessions, as a refresh locks them, or the two could deadlock.
    await connection.execute(
        "DELETE FROM accounts.refresh_tokens WHERE session_id = ANY(%(over)s)", {"over": over}
    )
    await connection.execute(
        "DELETE FROM accounts.sessions WHERE id = ANY(%(over)s)", {"over": over}
    )
    return len(over)


def _bounds(now: datetime) -> dict[str, datetime]:
    return {"idle_since": now - IDLE_END, "oldest": now - ABSOLUTE_END}
