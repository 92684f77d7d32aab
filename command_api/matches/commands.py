"""What can be asked of a match: plain data, in the imperative."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from events.reading import FailureReason, Reading
from events.stats import Pair, Side


class UploadScreenshot(Struct, frozen=True, kw_only=True):
    """Keep a screenshot as a new match; the picture of `size` bytes is stored already."""

    match_id: UUID
    owner_id: UUID
    opponent_name: str
    screenshot: str
    media_type: str
    width: int
    height: int
    size: int
    side: Side | None = None
    played_at: datetime | None = None
    own_names: tuple[str, ...] = ()


class ConfirmStats(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say what the numbers are; it is also the body of PUT and PATCH.

    What is left out stays as it was confirmed, or else as it was read; so do `side` and
    `played_at` when they are null, as answers show a side that is not known.
    """

    score_user: int | UnsetType = UNSET
    score_opponent: int | UnsetType = UNSET
    penalties_user: int | UnsetType | None = UNSET
    penalties_opponent: int | UnsetType | None = UNSET
    stats: dict[str, Pair] | UnsetType = UNSET
    side: Side | UnsetType | None = UNSET
    opponent_name: str | UnsetType = UNSET
    played_at: datetime | UnsetType | None = UNSET


class RecordReading(Struct, frozen=True, kw_only=True):
    """Note what the OCR read for the event `request_id`."""

    request_id: UUID
    reading: Reading


class RecordFailure(Struct, frozen=True, kw_only=True):
    """Note that the OCR could not read what the event `request_id` asked for."""

    request_id: UUID
    reason: FailureReason
    detail: str
    attempts: int


class RequestExtraction(Struct, frozen=True):
    """Read the stored picture again."""


class DeleteMatch(Struct, frozen=True):
    """Stop showing and counting the match."""


class RestoreMatch(Struct, frozen=True):
    """Undo the deletion."""


class EraseMatch(Struct, frozen=True):
    """Take what is of `player_id` out of the match for ever: their account is erased."""

    player_id: UUID


MatchCommand = (
    ConfirmStats
    | RecordReading
    | RecordFailure
    | RequestExtraction
    | DeleteMatch
    | RestoreMatch
    | EraseMatch
)
