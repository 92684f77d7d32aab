"""What can be asked about the confirmation of a match by its other player."""

from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from events.stats import Pair


class RequestConfirmation(Struct, frozen=True, kw_only=True):
    """Ask the other player to confirm the match; `name` is what `player_id` shows to others."""

    player_id: UUID
    name: str | None
    code_hash: str


class WithdrawConfirmation(Struct, frozen=True):
    """Take the request back, or let go of the answer that disputes it."""

    player_id: UUID


class Answerer(Struct, frozen=True, kw_only=True):
    """Who answers, and the hash of the code they hold; None for a player of a shared match."""

    player_id: UUID
    name: str | None
    code_hash: str | None


class Confirm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say that the numbers are right; it is also the body of the request.

    `opponent_name` is what the other player is called in one's own list; without it, it is the
    name that they show, or stays as it was. `match_id` is an own match that is the same one, to
    be joined with it.
    """

    opponent_name: str | UnsetType | None = UNSET
    match_id: UUID | UnsetType | None = UNSET


class Dispute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say that the numbers are wrong, why, and what is right; it is also the body of the request.

    The numbers are as the one who disputes sees them.
    """

    reason: str
    score_user: int | UnsetType = UNSET
    score_opponent: int | UnsetType = UNSET
    penalties_user: int | UnsetType | None = UNSET
    penalties_opponent: int | UnsetType | None = UNSET
    stats: dict[str, Pair] | UnsetType = UNSET


class AttachScreenshot(Struct, frozen=True, kw_only=True):
    """Have an own screenshot read and compared; the picture is stored already."""

    screenshot: str
    media_type: str
    width: int
    height: int


class RemindOfConfirmation(Struct, frozen=True):
    """Remind whoever can do something about the request, once."""

    request_id: UUID


class ExpireConfirmation(Struct, frozen=True):
    """End the request, whose time has run out."""

    request_id: UUID
