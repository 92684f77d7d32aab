"""A match: its state, and how each event changes it."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from events.matches import (
    Confirmation,
    ExtractionFailed,
    ExtractionRequested,
    MatchDeleted,
    MatchErased,
    MatchEvent,
    MatchRestored,
    ScreenshotUploaded,
    StatsConfirmed,
    StatsCorrected,
    StatsExtracted,
)
from events.perspective import perspective
from events.reading import FailureReason, Reading
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


class Failure(Struct, frozen=True, kw_only=True):
    """Why the picture could not be read, with a sentence for the player."""

    reason: FailureReason
    detail: str


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


class Match(Struct, frozen=True, kw_only=True):
    """The state of a match: all its events, folded.

    `awaits` is the id of the event that asked for a reading still to come. A match that is erased
    is deleted as well, and stays so.
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

    @property
    def status(self) -> Status:
        if self.confirmed:
            return Status.CONFIRMED
        if self.awaits:
            return Status.PROCESSING
        return Status.EXTRACTED if self.reading else Status.FAILED

    @property
    def result(self) -> Result | None:
        """The result of a confirmed match; a shoot-out decides a level score."""
        if not self.confirmed:
            return None
        margin = _margin(self.confirmed.score) or _margin(self.confirmed.penalties)
        if margin == 0:
            return Result.DRAW
        return Result.WIN if margin > 0 else Result.LOSS


def evolve(match: Match | None, event: MatchEvent) -> Match:
    """The match after `event`; the first event of a match is its upload."""
    if isinstance(event, ScreenshotUploaded):
        return _uploaded(event)
    if match is None:
        raise ValueError(f"a match cannot begin with {type(event).__name__}")
    version = event.version
    match event:
        case ExtractionRequested():
            return replace(match, version=version, awaits=event.id, failure=None)
        case StatsExtracted():
            reading = event.reading
            return replace(match, version=version, awaits=None, reading=reading, failure=None)
        case ExtractionFailed():
            failure = Failure(reason=event.reason, detail=event.detail)
            return replace(match, version=version, awaits=None, failure=failure)
        case StatsConfirmed() | StatsCorrected():
            return _confirmed(match, event)
        case MatchDeleted():
            return replace(match, version=version, is_deleted=True)
        case MatchRestored():
            return replace(match, version=version, is_deleted=False)
        case MatchErased():
            return replace(match, version=version, is_deleted=True, is_erased=True, awaits=None)
    assert_never(event)


def fold(events: Iterable[MatchEvent]) -> Match:
    """The match after all of these, which begin with its upload."""
    match: Match | None = None
    for event in events:
        match = evolve(match, event)
    if match is None:
        raise ValueError("a match without events")
    return match


def _uploaded(event: ScreenshotUploaded) -> Match:
    return Match(
        id=event.match_id,
        version=event.version,
        owner_id=event.owner_id,
        opponent_name=event.opponent_name,
        side=event.side,
        created_at=event.cause.occurred_at,
        played_at=event.played_at or event.cause.occurred_at,
        screenshot=event.screenshot,
        media_type=event.media_type,
        width=event.width,
        height=event.height,
        own_names=event.own_names,
        awaits=event.id,
    )


def _confirmed(match: Match, event: Confirmation) -> Match:
    confirmed = Confirmed(
        score=event.score,
        penalties=event.penalties,
        stats=event.stats,
        at=event.cause.occurred_at,
        seen_from=event.side or _seen_from(match, event.opponent_name),
    )
    return replace(
        match,
        version=event.version,
        opponent_name=event.opponent_name,
        side=event.side,
        played_at=event.played_at or match.played_at,
        confirmed=confirmed,
    )


def _seen_from(match: Match, opponent_name: str) -> Side | None:
    """The side that numbers are seen from when nobody says one: a later name turns nothing."""
    if match.confirmed:
        return match.confirmed.seen_from
    if match.reading is None:
        return None
    return perspective(match.side, opponent_name, match.reading, match.own_names).side_or_left


def _margin(pair: Pair | None) -> int:
    if pair is None or pair.user is None or pair.opponent is None:
        return 0
    return pair.user - pair.opponent
