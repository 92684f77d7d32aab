"""A command meets its match: load, decide, append, and once more if somebody else was first."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final
from uuid import UUID

from msgspec import Struct

from command_api.matches.commands import MatchCommand
from command_api.matches.rules import decide
from events.base import Cause
from events.log import ConcurrentChange, MatchLog
from events.match import Match, evolve
from events.refusals import Conflict

MOST_TRIES: Final = 50

log = logging.getLogger(__name__)


class Done(Struct, frozen=True):
    """The match after a command, and the position of the event that the command wrote last.

    `position` is None when the command had nothing left to change.
    """

    match: Match
    position: int | None


class Executor:
    """Gives commands to matches."""

    def __init__(self, match_log: MatchLog) -> None:
        self._log = match_log

    async def execute(
        self,
        match_id: UUID,
        permitted: Callable[[Match | None], Match],
        command: MatchCommand,
        cause: Cause,
        fingerprint: bytes | None = None,
    ) -> Done:
        """Give `command` to the match that `permitted` lets pass.

        With a `fingerprint` it may be given again: then nothing new is decided.
        Raises what `permitted` and the rules refuse, and `Unavailable`.
        """
        for _ in range(MOST_TRIES):
            match = permitted(await asyncio.to_thread(self._log.load, match_id))
            if fingerprint and (first := await self._first(cause, fingerprint)):
                return Done(match, first)
            event = decide(match, command, cause)
            if event is None:
                return Done(match, None)
            try:
                position = await self._log.append_soon(event, fingerprint=fingerprint)
            except ConcurrentChange:
                continue
            match = evolve(match, event)
            note(command, cause, match)
            return Done(match, position)
        raise Conflict("The match is being changed by others all the time; try again.")

    async def _first(self, cause: Cause, fingerprint: bytes) -> int | None:
        """The position that the command got when it was given first."""
        return await asyncio.to_thread(self._log.position_of, cause.command_id, fingerprint)


def note(command: object, cause: Cause, match: Match) -> None:
    """One line in our own records for each command that changed something."""
    log.info(
        "%s match=%s version=%d actor=%s correlation=%s",
        type(command).__name__,
        match.id,
        match.version,
        cause.actor,
        cause.correlation_id,
    )
