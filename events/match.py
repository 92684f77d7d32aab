"""A match: its state, and how each event changes it."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from events.matches import (
    Confirmation,
    ExtractionFailed,
    ExtractionRequested,
    FriendErased,
    MatchDeleted,
    MatchErased,
    MatchEvent,
    MatchJoined,
    MatchRestored,
    ScreenshotUploaded,
    StatsConfirmed,
    StatsCorrected,
    StatsExtracted,
)
from events.perspective import perspective
from events.reading import Failure, Reading
from events.sharing import Friend, Sharing, Verification
from events.sharing_changes import evolve_sharing, orphaned, read
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
        case StatsExtracted() | ExtractionFailed():
            return _read(match, event)
        case StatsConfirmed() | StatsCorrected():
            return _confirmed(match, event)
        case MatchDeleted() | MatchRestored():
            is_deleted = isinstance(event, MatchDeleted)
            return replace(match, version=version, is_deleted=is_deleted)
        case MatchJoined():
            return replace(match, version=version, is_deleted=True, joined_into=event.into)
        case MatchErased():
            return replace(_erased(match), version=version)
        case FriendErased():
            return replace(_friend_erased(match, event), version=version)
        case _:
            sharing = evolve_sharing(match.sharing, event, match.owner_id)
            return replace(match, version=version, sharing=sharing)


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


def _read(match: Match, event: StatsExtracted | ExtractionFailed) -> Match:
    version = event.version
    if match.sharing and match.attached_awaits == event.request_id:
        return replace(match, version=version, sharing=read(match.sharing, event))
    if isinstance(event, StatsExtracted):
        reading = event.reading
        if match.sharing and match.sharing.has_lost_friend:  # theirs is one of the names on it
            reading = replace(reading, left_name=None, right_name=None)
        return replace(match, version=version, awaits=None, reading=reading, failure=None)
    failure = Failure(reason=event.reason, detail=event.detail)
    return replace(match, version=version, awaits=None, failure=failure)


def _confirmed(match: Match, event: Confirmation) -> Match:
    if event.owner_id != match.owner_id:
        return _corrected_by_friend(match, event)
    confirmed = Confirmed(
        score=event.score,
        penalties=event.penalties,
        stats=event.stats,
        at=event.cause.occurred_at,
        # Events from before the field was there tell it by their names.
        seen_from=event.side or event.seen_from or side_seen_from(match, event.opponent_name),
    )
    return replace(
        match,
        version=event.version,
        opponent_name=event.opponent_name,
        side=event.side,
        played_at=event.played_at or match.played_at,
        confirmed=confirmed,
    )


def _corrected_by_friend(match: Match, event: Confirmation) -> Match:
    """Their view is turned; what they call the owner concerns their half alone."""
    sharing, before = match.sharing, match.confirmed
    if sharing is None or sharing.friend is None or before is None:
        raise ValueError("a match that nobody shares was corrected by a friend")
    confirmed = Confirmed(
        score=event.score.swapped,
        penalties=event.penalties and event.penalties.swapped,
        stats={key: pair.swapped for key, pair in event.stats.items()},
        at=event.cause.occurred_at,
        seen_from=event.side.opposite if event.side else before.seen_from,
    )
    friend = replace(sharing.friend, opponent_name=event.opponent_name)
    return replace(
        match,
        version=event.version,
        side=event.side.opposite if event.side else match.side,
        played_at=event.played_at or match.played_at,
        confirmed=confirmed,
        sharing=replace(sharing, friend=friend),
    )


def without_names(match: Match) -> Match:
    """The match without the names of people and teams; the side that they told stays told."""
    return replace(
        match,
        opponent_name="",
        own_names=(),
        side=match.side or (match.confirmed.seen_from if match.confirmed else None),
        reading=match.reading and replace(match.reading, left_name=None, right_name=None),
    )


def _erased(match: Match) -> Match:
    """The owner's half is no more; the friend's goes on without the owner's names."""
    return replace(
        without_names(match),
        is_deleted=True,
        is_erased=True,
        awaits=None,
        sharing=match.sharing and orphaned(match.sharing, match.owner_id),
    )


def _friend_erased(match: Match, event: FriendErased) -> Match:
    """The friend's half is no more; the owner's goes on without the friend's names."""
    was_shared = match.sharer
    match = replace(match, sharing=evolve_sharing(match.sharing, event, match.owner_id))
    if was_shared and was_shared.player_id == event.player_id:
        return without_names(match)
    return match


def side_seen_from(match: Match, opponent_name: str) -> Side | None:
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
