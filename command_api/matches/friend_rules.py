"""The rules of a shared match for the friend, who sees it turned: pure functions."""

from collections.abc import Sequence

from command_api.matches.asking_again import with_asking_again
from command_api.matches.commands import (
    ConfirmStats,
    DeleteMatch,
    MatchCommand,
    RestoreMatch,
)
from command_api.matches.confirming import confirm
from command_api.matches.rules import NO_MATCH
from events.base import Cause
from events.match import Match
from events.matches import MatchEvent, RemovedByFriend, RestoredByFriend
from events.refusals import Conflict, NotFound


def decide_for_friend(half: Match, command: MatchCommand, cause: Cause) -> Sequence[MatchEvent]:
    """What happens when the friend gives `command` to their half of a match."""
    version = half.version + 1
    if isinstance(command, RestoreMatch):
        if not half.is_deleted:
            return []
        return [RestoredByFriend(match_id=half.id, version=version, cause=cause)]
    refuse_removed(half, command)
    if isinstance(command, DeleteMatch):
        return [RemovedByFriend(match_id=half.id, version=version, cause=cause)]
    if isinstance(command, ConfirmStats):
        return with_asking_again(half, confirm(half, command, cause))
    raise Conflict("Only the player who sent the screenshot can have it read again.")


def refuse_removed(half: Match, command: MatchCommand) -> None:
    """A half that was removed is like none, but for the restoring."""
    if half.is_deleted and not isinstance(command, RestoreMatch):
        raise NotFound(NO_MATCH)
