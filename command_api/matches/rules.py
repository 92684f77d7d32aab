"""The rules of a match: pure functions from state and command to the event, or to a refusal.

``None`` instead of an event means that the command has nothing left to change: a repeat.
"""

from typing import Final, assert_never

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
    MatchDeleted,
    MatchErased,
    MatchEvent,
    MatchRestored,
    ScreenshotUploaded,
    StatsExtracted,
)
from events.refusals import NotFound

NO_MATCH: Final = "There is no such match."


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


def decide(match: Match, command: MatchCommand, cause: Cause) -> MatchEvent | None:
    """What happens when `command` is given to `match`; to an erased one nothing ever does."""
    refuse_gone(match, command)
    match command:
        case RecordReading():
            return _record_reading(match, command, cause)
        case RecordFailure():
            return _record_failure(match, command, cause)
        case EraseMatch():
            return _erase(match, cause)
        case RestoreMatch():
            return _restore(match, cause)
        case DeleteMatch():
            return _delete(match, cause)
        case ConfirmStats():
            return confirm(match, command, cause)
        case RequestExtraction():
            return _request_extraction(match, cause)
    assert_never(command)


def refuse_gone(match: Match, command: MatchCommand) -> None:
    """A deleted match is like none, but for the restoring, the OCR's answers, and the erasing."""
    if isinstance(command, EraseMatch):
        return
    is_for_deleted = isinstance(command, RestoreMatch | RecordReading | RecordFailure)
    if match.is_erased or (match.is_deleted and not is_for_deleted):
        raise NotFound(NO_MATCH)


def _record_reading(match: Match, command: RecordReading, cause: Cause) -> StatsExtracted | None:
    """A reading is noted even of a deleted match: restored, it is not to be read again."""
    if command.request_id != match.awaits:
        return None
    return StatsExtracted(
        match_id=match.id,
        version=match.version + 1,
        cause=cause,
        owner_id=match.owner_id,
        request_id=command.request_id,
        reading=command.reading,
    )


def _record_failure(match: Match, command: RecordFailure, cause: Cause) -> ExtractionFailed | None:
    if command.request_id != match.awaits:
        return None
    return ExtractionFailed(
        match_id=match.id,
        version=match.version + 1,
        cause=cause,
        request_id=command.request_id,
        reason=command.reason,
        detail=command.detail,
        attempts=command.attempts,
    )


def _erase(match: Match, cause: Cause) -> MatchErased | None:
    if match.is_erased:
        return None
    return MatchErased(match_id=match.id, version=match.version + 1, cause=cause)


def _restore(match: Match, cause: Cause) -> MatchRestored | None:
    if not match.is_deleted:
        return None
    return MatchRestored(match_id=match.id, version=match.version + 1, cause=cause)


def _delete(match: Match, cause: Cause) -> MatchDeleted:
    return MatchDeleted(match_id=match.id, version=match.version + 1, cause=cause)


def _request_extraction(match: Match, cause: Cause) -> ExtractionRequested | None:
    if match.awaits:
        return None
    return ExtractionRequested(match_id=match.id, version=match.version + 1, cause=cause)
