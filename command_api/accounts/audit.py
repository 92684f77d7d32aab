"""The audit: what happened to accounts, added line by line and never changed."""

import logging
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from command_api.accounts.commands import Call

log = logging.getLogger(__name__)


class Happening(StrEnum):
    """What a line of the audit says."""

    REGISTERED = "registered"
    REGISTRATION_REFUSED = "registration_refused"
    LOGIN_SUCCEEDED = "login_succeeded"
    LOGIN_FAILED = "login_failed"
    REFRESHED = "refreshed"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - no secret
    LOGGED_OUT = "logged_out"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - no secret
    PASSWORD_CHANGE_FAILED = "password_change_failed"  # noqa: S105 - no secret
    DENIED = "denied"


async def record(
    connection: AsyncConnection[Any],
    kind: Happening,
    call: Call,
    player_id: UUID | None = None,
    session_id: UUID | None = None,
) -> None:
    """Add a line, in the transaction of `connection`; no word of it comes from outside."""
    log.info("%s player=%s session=%s request=%s", kind, player_id, session_id, call.request_id)
    await connection.execute(
        """
        INSERT INTO accounts.security_events
            (happened_at, kind, player_id, session_id, request_id)
        VALUES (%(happened_at)s, %(kind)s, %(player_id)s, %(session_id)s, %(request_id)s)
        """,
        {
            "happened_at": call.now,
            "kind": kind,
            "player_id": player_id,
            "session_id": session_id,
            "request_id": call.request_id,
        },
    )
