"""The audit: what happened to accounts, added line by line and never changed."""

import logging
from datetime import UTC
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta, Struct
from psycopg import AsyncConnection

from command_api.accounts.answers import SecurityEvent
from command_api.accounts.commands import Call
from events.identity import Principal
from events.pages import Page, page_of

GREATEST_ID: Final = 2**63 - 1

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
    PASSWORD_RESET_REQUESTED = "password_reset_requested"  # noqa: S105 - no secret
    PASSWORD_RESET = "password_reset"  # noqa: S105 - no secret
    VERIFICATION_REQUESTED = "verification_requested"
    VERIFIED = "verified"
    DENIED = "denied"
    ERASED = "erased"
    ERASURE_FAILED = "erasure_failed"


class Place(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The place in the audit before which, in time, the next page begins."""

    id: Annotated[int, Meta(ge=1, le=GREATEST_ID)]


NEWEST: Final = Place(GREATEST_ID)


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


async def page(
    connection: AsyncConnection[Any], principal: Principal, place: Place, limit: int
) -> Page[SecurityEvent, Place]:
    """At most `limit` lines about the principal's account that are older than `place`."""
    cursor = await connection.execute(
        """
        SELECT id, happened_at, kind, session_id, request_id
        FROM accounts.security_events
        WHERE player_id = %(player_id)s AND id < %(id)s
        ORDER BY id DESC
        LIMIT %(limit)s
        """,
        {"player_id": principal.user_id, "id": place.id, "limit": limit + 1},
    )
    found = page_of(await cursor.fetchall(), limit, lambda last: Place(last[0]))
    events = [
        SecurityEvent(
            happened_at.astimezone(UTC),
            kind,
            session_id,
            request_id,
            is_current_session=session_id == principal.session_id,
        )
        for _, happened_at, kind, session_id, request_id in found.items
    ]
    return Page(events, found.following)
