"""What can happen to a match: the facts, in the words of the domain, kept for ever."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from events.base import DomainEvent
from events.reading import FailureReason, Reading
from events.stats import Pair, Side


class ScreenshotUploaded(DomainEvent, frozen=True, kw_only=True):
    """A player sent the screenshot of a match; `screenshot` is the key of the stored picture.

    `own_names` are the folded names that the player was known to play under by then.
    """

    owner_id: UUID
    opponent_name: str
    screenshot: str
    media_type: str
    width: int
    height: int
    side: Side | None = None
    played_at: datetime | None = None
    own_names: tuple[str, ...] = ()


class ExtractionRequested(DomainEvent, frozen=True, kw_only=True):
    """The stored picture is to be read again."""


class StatsExtracted(DomainEvent, frozen=True, kw_only=True):
    """The OCR read a picture; `request_id` is the event that asked for it.

    The names on it are sealed under the key of `owner_id`, whose picture it is.
    """

    owner_id: UUID
    request_id: UUID
    reading: Reading


class ExtractionFailed(DomainEvent, frozen=True, kw_only=True):
    """The OCR could not read the picture; `detail` is a sentence for the player."""

    request_id: UUID
    reason: FailureReason
    detail: str
    attempts: int


class Confirmation(DomainEvent, frozen=True, kw_only=True):
    """The numbers as the player says they are.

    `changed` names what differs from the reading (``score``, ``stats.shots``); it is empty where
    there was no reading to compare with. `seen_from` is the side of the screen that the numbers are
    seen from, also where only names tell it, which may be erased later. `owner_id` is the player
    who says so, from whose view the numbers are and whose key seals the name: the owner, or the
    friend who shares the match.
    """

    owner_id: UUID
    opponent_name: str
    side: Side | None
    score: Pair
    penalties: Pair | None
    stats: dict[str, Pair]
    played_at: datetime | None
    changed: tuple[str, ...] = ()
    seen_from: Side | None = None


class StatsConfirmed(Confirmation, frozen=True, kw_only=True):
    """The player confirmed the numbers for the first time."""


class StatsCorrected(Confirmation, frozen=True, kw_only=True):
    """The player corrected numbers confirmed before."""


class MatchDeleted(DomainEvent, frozen=True, kw_only=True):
    """The match is not shown or counted any more."""


class MatchRestored(DomainEvent, frozen=True, kw_only=True):
    """A deleted match is shown and counted again."""


class MatchErased(DomainEvent, frozen=True, kw_only=True):
    """The owner's account was erased; their half of the match is never shown or counted again."""


class ConfirmationRequested(DomainEvent, frozen=True, kw_only=True):
    """A player asks the other to confirm the match.

    Whoever holds the code may answer; `code_hash` is its SHA-256 in hexadecimal, and None where
    only the other player of a shared match is asked. `name` is the one that `player_id` shows to
    others, and is sealed under their key.
    """

    player_id: UUID
    name: str | None
    code_hash: str | None
    expires_at: datetime


class Withdrawal(StrEnum):
    """Why a request ended without an answer, or what was answered holds no more."""

    WITHDRAWN = "withdrawn"
    CHANGED = "changed"


class ConfirmationWithdrawn(DomainEvent, frozen=True, kw_only=True):
    """The request, or the answer that it got, holds no more."""

    reason: Withdrawal


class ConfirmationExpired(DomainEvent, frozen=True, kw_only=True):
    """Nobody answered `request_id` in time."""

    request_id: UUID


class ConfirmationReminded(DomainEvent, frozen=True, kw_only=True):
    """`player_id` is reminded of `request_id`, which nobody answered yet."""

    request_id: UUID
    player_id: UUID


class MatchVerified(DomainEvent, frozen=True, kw_only=True):
    """`player_id`, who was asked by `request_id`, says that the numbers are right.

    From the first time on, the match is theirs as well, mirrored. `name` is the one that they show
    to others, `opponent_name` what they call the other player; both are sealed under their key.
    """

    player_id: UUID
    request_id: UUID
    name: str | None
    opponent_name: str


class MatchDisputed(DomainEvent, frozen=True, kw_only=True):
    """`player_id`, who was asked by `request_id`, says that the numbers are wrong, and why.

    The numbers are those that they say are right, from their view, None where they say none. The
    names and the reason are sealed under their key.
    """

    player_id: UUID
    request_id: UUID
    name: str | None
    opponent_name: str
    reason: str
    score: Pair | None
    penalties: Pair | None
    stats: dict[str, Pair] | None


class ScreenshotAttached(DomainEvent, frozen=True, kw_only=True):
    """The other player sent a screenshot of their own, to be read and compared."""

    player_id: UUID
    screenshot: str
    media_type: str
    width: int
    height: int


class MatchJoined(DomainEvent, frozen=True, kw_only=True):
    """The match is the same as `into`, which its owner shares from now on; it is counted there."""

    into: UUID


class RemovedByFriend(DomainEvent, frozen=True, kw_only=True):
    """The friend does not want the match in their list any more."""


class RestoredByFriend(DomainEvent, frozen=True, kw_only=True):
    """The friend wants the match in their list again."""


class FriendErased(DomainEvent, frozen=True, kw_only=True):
    """The account of the other player was erased; nothing of theirs is shown ever again."""

    player_id: UUID


MatchEvent = (
    ScreenshotUploaded
    | ExtractionRequested
    | StatsExtracted
    | ExtractionFailed
    | StatsConfirmed
    | StatsCorrected
    | MatchDeleted
    | MatchRestored
    | MatchErased
    | ConfirmationRequested
    | ConfirmationWithdrawn
    | ConfirmationExpired
    | ConfirmationReminded
    | MatchVerified
    | MatchDisputed
    | ScreenshotAttached
    | MatchJoined
    | RemovedByFriend
    | RestoredByFriend
    | FriendErased
)
