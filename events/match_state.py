"""The state of a match: what came of all its events so far."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from events.reading import Failure, Reading
from events.sharing import Friend, Sharing, Verification
from events.stats import Pair, Side


class Status(StrEnum):
    """How far a match has come."""

    PROCESSING = "processing"
    EXTRACTED = "extracted"
    FAILED = "failed"
    CONFIRMED = "confirmed"


class Result(StrEnum):
    """How the match ended for its owner."""

    WIN = "win"
    DRAW = "draw"
    LOSS = "loss"


class Confirmed(Struct, frozen=True, kw_only=True):
    """The numbers as the player said they are.

    `seen_from` is the side of the screen that they were first confirmed from, or the one that the
    player said since; None for numbers that were confirmed before anything was read.
    """

    score: Pair
    penalties: Pair | None
    stats: dict[str, Pair]
    at: datetime
    seen_from: Side | None = None


class Match(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of a match: all its events, folded, and seen by its owner.

    `awaits` is the id of the event that asked for a reading still to come. A match that is erased
    is deleted as well, and stays so: of the owner, for what a friend shares is theirs. One that
    was joined is counted as the match `joined_into`, and deleted here. `shared_by` is the owner of
    a match that is turned to its other player.
    """

    id: UUID
    version: int
    owner_id: UUID
    opponent_name: str
    side: Side | None
    created_at: datetime
    played_at: datetime
    screenshot: str
    media_type: str
    width: int
    height: int
    awaits: UUID | None
    own_names: tuple[str, ...] = ()
    reading: Reading | None = None
    failure: Failure | None = None
    confirmed: Confirmed | None = None
    is_deleted: bool = False
    is_erased: bool = False
    sharing: Sharing | None = None
    joined_into: UUID | None = None
    shared_by: UUID | None = None

    @property
    def status(self) -> Status:
        if self.confirmed:
            return Status.CONFIRMED
        if self.awaits:
            return Status.PROCESSING
        return Status.EXTRACTED if self.reading else Status.FAILED

    @property
    def attached_awaits(self) -> UUID | None:
        """The event that asked for the reading of the screenshot that the other player sent."""
        return self.sharing.attached.awaits if self.sharing and self.sharing.attached else None

    @property
    def sharer(self) -> Friend | None:
        """The friend whose match it is as well."""
        return self.sharing.sharer if self.sharing else None

    @property
    def verification(self) -> Verification:
        """What the other player says of the numbers."""
        return self.sharing.verification if self.sharing else Verification.NONE

    @property
    def result(self) -> Result | None:
        """The result of a confirmed match; a shoot-out decides a level score."""
        if not self.confirmed:
            return None
        margin = _margin(self.confirmed.score) or _margin(self.confirmed.penalties)
        if margin == 0:
            return Result.DRAW
        return Result.WIN if margin > 0 else Result.LOSS


def without_names(match: Match) -> Match:
    """The match without the names of people and teams; the side that they told stays told."""
    return replace(
        match,
        opponent_name="",
        own_names=(),
        side=match.side or (match.confirmed.seen_from if match.confirmed else None),
        reading=match.reading and replace(match.reading, left_name=None, right_name=None),
    )


def _margin(pair: Pair | None) -> int:
    if pair is None or pair.user is None or pair.opponent is None:
        return 0
    return pair.user - pair.opponent
