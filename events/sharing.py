"""What came of asking the opponent: request, answer, and the friend who shares the match."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from events.reading import Failure, Reading
from events.stats import Pair


class Verification(StrEnum):
    """What the other player says of the numbers."""

    NONE = "none"
    REQUESTED = "requested"
    VERIFIED = "verified"
    DISPUTED = "disputed"


class Ending(StrEnum):
    """How a request ended."""

    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    EXPIRED = "expired"
    ANSWERED = "answered"


class Request(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last request, open until it has an `ending`; `id` is the event that made it."""

    id: UUID
    player_id: UUID
    name: str | None
    code_hash: str | None
    requested_at: datetime
    expires_at: datetime
    ending: Ending | None = None
    is_reminded: bool = False


class Friend(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The other player: whoever answered last, and for ever the first who verified.

    `opponent_name` is what they call the owner. `since` is the version with which the match became
    theirs as well; None for one who only disputed it.
    """

    player_id: UUID
    name: str | None
    opponent_name: str
    since: int | None = None
    is_removed: bool = False


class Dispute(Struct, frozen=True, kw_only=True):
    """What `player_id` says against the numbers; their own numbers are from their view."""

    player_id: UUID
    reason: str
    score: Pair | None
    penalties: Pair | None
    stats: dict[str, Pair] | None
    at: datetime


class Attached(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The other player's own screenshot; `awaits` is the event that asked for its reading."""

    player_id: UUID
    screenshot: str
    media_type: str
    awaits: UUID | None
    reading: Reading | None = None
    failure: Failure | None = None


class Past(Struct, frozen=True, omit_defaults=True):
    """What happened once and stays true: signals of how far a player's word can be trusted."""

    was_verified: bool = False
    disputed: tuple[UUID, ...] = ()  # whose numbers were
    corrected: tuple[UUID, ...] = ()  # who changed numbers after they were verified


class Sharing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All of it together. Where the account of one of the two was erased, the other is alone."""

    verification: Verification = Verification.NONE
    request: Request | None = None
    friend: Friend | None = None
    dispute: Dispute | None = None
    attached: Attached | None = None
    past: Past = Past()
    has_lost_owner: bool = False
    has_lost_friend: bool = False

    @property
    def open_request(self) -> Request | None:
        """The request that waits for an answer; its time may have run out."""
        return self.request if self.request and not self.request.ending else None

    @property
    def sharer(self) -> Friend | None:
        """The friend, if the match is theirs as well."""
        return self.friend if self.friend and self.friend.since is not None else None
