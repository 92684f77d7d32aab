"""What can happen to a match: the facts, in the words of the domain, kept for ever."""

from datetime import datetime
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
    """The OCR read the picture; `request_id` is the event that asked for it.

    The names on it are sealed under the key of `owner_id`.
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
    there was no reading to compare with. `owner_id` is whose key seals the name.
    """

    owner_id: UUID
    opponent_name: str
    side: Side | None
    score: Pair
    penalties: Pair | None
    stats: dict[str, Pair]
    played_at: datetime | None
    changed: tuple[str, ...] = ()


class StatsConfirmed(Confirmation, frozen=True, kw_only=True):
    """The player confirmed the numbers for the first time."""


class StatsCorrected(Confirmation, frozen=True, kw_only=True):
    """The player corrected numbers confirmed before."""


class MatchDeleted(DomainEvent, frozen=True, kw_only=True):
    """The match is not shown or counted any more."""


class MatchRestored(DomainEvent, frozen=True, kw_only=True):
    """A deleted match is shown and counted again."""


class MatchErased(DomainEvent, frozen=True, kw_only=True):
    """The owner's account was erased; nothing of the match is shown or counted ever again."""


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
)
