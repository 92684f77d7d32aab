"""What is answered about an account: the bodies of the answers."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Player(Struct, frozen=True):
    """An account as its owner sees it; `email` as it was typed, without outer spaces."""

    id: UUID
    email: str
    created_at: datetime
    display_name: str | None = None
    email_verified: bool = False


class Notice(Struct, frozen=True):
    """What happens now, said to the one who asked."""

    detail: str


class TokenPair(Struct, frozen=True):
    """An access token for ten minutes, and the refresh token for the next pair."""

    access: str
    refresh: str


class Session(Struct, frozen=True):
    """A running session of the one who asks; `current` is the one that asks."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    current: bool


class SecurityEvent(Struct, frozen=True):
    """What happened to the account of the one who asks; `session_id` where a session was in it."""

    happened_at: datetime
    kind: str
    session_id: UUID | None
    request_id: UUID
    is_current_session: bool
