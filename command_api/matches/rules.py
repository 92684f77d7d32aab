"""The rules of a match: pure functions from state and command to the events, or to a refusal.

No events mean that the command has nothing left to change: a repeat.
"""

from collections.abc import Sequence
from typing import Final, assert_never
from uuid import UUID

from command_api.matches.asking_again import with_asking_again
from command_api.matches.commands import (
    ConfirmStats,
    DeleteMatch,
    EraseMatch,
    MatchCommand,
    RecordFailure,
    RecordReading,
    RequestExtraction,
    RestoreMatch,
    UploadScreenshot,
)
from command_api.matches.confirming import confirm
from events.base import Cause
from events.match import Match
from events.matches import (
    ExtractionFailed,
    ExtractionRequested,
    FriendErased,
    MatchDeleted,
    MatchErased,
    MatchEvent,
    MatchRestored,
    ScreenshotUploaded,
    StatsExtracted,
)
from events.refusals import Conflict, NotFound
from events.seats import involved

NO_MATCH: Final = "There is no such match."
JOINED: Final = (
    "This match was joined with the one that your opponent shares; that is in your list."
)


def upload(command: UploadScreenshot, cause: Cause) -> ScreenshotUploaded:
    """A new match begins."""
    return ScreenshotUploaded(
        match_id=command.match_id,
        version=1,
        cause=cause,
        owner_id=command.owner_id,
        opponent_name=command.opponent_name,
        screenshot=command.screenshot,
        media_type=command.media_type,
        width=command.width,
        height=command.height,
        side=command.side,
        played_at=command.played_at,
        own_names=command.own_names,
    )


def decide(match: Match, command: MatchCommand, cause: Cause) -> Sequence[MatchEvent]:
    """What happens when its owner, or the system, gives `command` to `match`."""
    refuse_gone(match, command)
    match command:
        case RecordReading():
            return _record_reading(match, command, cause)
        case RecordFailure():
            return _record_failure(match, command, cause)
        case EraseMatch():
            return _erase(match, command, cause)
        case RestoreMatch():
            return _restore(match, cause)
        case DeleteMatch():
            return [MatchDeleted(match_id=match.id, version=match.version + 1, cause=cause)]
        case ConfirmStats():
            return with_asking_again(match, confirm(match, command, cause))
        case RequestExtraction():
            return _request_extraction(match, cause)
    assert_never(command)


def refuse_gone(match: Match, command: MatchCommand) -> None:
    """A deleted match is like none, but for the restoring, the OCR's answers, and the erasing."""
    if isinstance(command, EraseMatch) or (_is_outcome(command) and match.sharer):
        return
    if match.is_erased or (
        match.is_deleted and not (_is_outcome(command) or isinstance(command, RestoreMatch))
    ):
        raise NotFound(NO_MATCH)


def _is_outcome(command: MatchCommand) -> bool:
    return isinstance(command, RecordReading | RecordFailure)


def _record_reading(match: Match, command: RecordReading, cause: Cause) -> Sequence[StatsExtracted]:
    """A reading is noted even of a deleted match: restored, it is not to be read again."""
    whose = _whose_picture(match, command.request_id)
    if whose is None:
        return []
    return [
        StatsExtracted(
            match_id=match.id,
            version=match.version + 1,
            cause=cause,
            owner_id=whose,
            request_id=command.request_id,
            reading=command.reading,
        )
    ]


def _record_failure(
    match: Match, command: RecordFailure, cause: Cause
) -> Sequence[ExtractionFailed]:
    if _whose_picture(match, command.request_id) is None:
        return []
    return [
        ExtractionFailed(
            match_id=match.id,
            version=match.version + 1,
            cause=cause,
            request_id=command.request_id,
            reason=command.reason,
            detail=command.detail,
            attempts=command.attempts,
        )
    ]


def _whose_picture(match: Match, request_id: UUID) -> UUID | None:
    """Who sent the picture whose reading was asked for so; None where it is not waited for."""
    if request_id == match.awaits:
        return match.owner_id
    if request_id == match.attached_awaits and match.sharing and match.sharing.attached:
        return match.sharing.attached.player_id
    return None


def _erase(match: Match, command: EraseMatch, cause: Cause) -> Sequence[MatchEvent]:
    version = match.version + 1
    if command.player_id == match.owner_id:
        if match.is_erased:
            return []
        return [MatchErased(match_id=match.id, version=version, cause=cause)]
    if command.player_id not in involved(match):
        return []
    erased = FriendErased(
        match_id=match.id, version=version, cause=cause, player_id=command.player_id
    )
    return [erased]


def _restore(match: Match, cause: Cause) -> Sequence[MatchRestored]:
    if match.joined_into:
        raise Conflict(JOINED)
    if not match.is_deleted:
        return []
    return [MatchRestored(match_id=match.id, version=match.version + 1, cause=cause)]


def _request_extraction(match: Match, cause: Cause) -> Sequence[ExtractionRequested]:
    if match.awaits:
        return []
    return [ExtractionRequested(match_id=match.id, version=match.version + 1, cause=cause)]
