"""A match: how each event changes its state."""

from collections.abc import Iterable

from msgspec.structs import replace

from events.match_state import Confirmed, Match, Result, Status, without_names
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
from events.perspective import side_seen_from
from events.reading import Failure
from events.sharing_changes import evolve_sharing, orphaned, read

__all__ = ["Confirmed", "Match", "Result", "Status", "evolve", "fold", "without_names"]


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
