"""A command meets its match: load, decide, append, and once more if somebody else was first."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from msgspec import Struct
from msgspec.structs import replace

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
        # A lock lives as long as somebody holds it or waits for it.
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

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
        # In this process commands to one match take turns; those of other processes may still be
        # first, and then the command is decided anew.
        turn = self._turns.setdefault(match_id, asyncio.Lock())
        async with turn:
            for _ in range(MOST_TRIES):
                with contextlib.suppress(ConcurrentChange):
                    return await self._try(match_id, permitted, command, cause, fingerprint)
        raise Conflict("The match is being changed by others all the time; try again.")

    async def _try(
        self,
        match_id: UUID,
        permitted: Callable[[Match | None], Match],
        command: MatchCommand,
        cause: Cause,
        fingerprint: bytes | None,
    ) -> Done:
        found = await self._log.load_soon(match_id)
        # Before anything is permitted: what was done may have made its own condition untrue.
        if fingerprint and found and (first := await self._first(cause, fingerprint)):
            return Done(found, first)
        match = permitted(found)
        # The time of the turn, so that the times of a match grow with its versions.
        event = decide(match, command, replace(cause, occurred_at=datetime.now(UTC)))
        if event is None:
            return Done(match, None)
        position = await self._log.append_soon(event, fingerprint=fingerprint)
        match = evolve(match, event)
        note(command, cause, match)
        return Done(match, position)

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
