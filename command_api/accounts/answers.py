"""What is answered about an account: the bodies of the answers."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Player(Struct, frozen=True):
    """An account as its owner sees it; `email` as it was typed, without outer spaces."""

    id: UUID
    email: str
    created_at: datetime


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
