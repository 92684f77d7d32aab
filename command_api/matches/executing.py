"""A command meets its match: load, decide, append, and once more if somebody else was first."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from msgspec import Struct
from msgspec.structs import replace

from command_api.matches.rules import NO_MATCH
from events.base import Cause
from events.log import ConcurrentChange, MatchLog
from events.match import Match, evolve
from events.matches import MatchEvent
from events.refusals import Conflict, NotFound

MOST_TRIES: Final = 50
# What a command leads to, given the match that was found and the cause: events of that match, and
# perhaps of another one, of which all are appended or none. Raises refusals. It may be asked again.
Decision = Callable[[Match | None, Cause], Awaitable[Sequence[MatchEvent]]]

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
        decision: Decision,
        cause: Cause,
        fingerprint: bytes | None = None,
    ) -> Done:
        """Append what `decision` makes of the match.

        With a `fingerprint` it may be given again: then nothing new is decided.
        Raises what the decision refuses, and `Unavailable`.
        """
        # In this process commands to one match take turns; those of other processes may still be
        # first, and then the command is decided anew.
        turn = self._turns.setdefault(match_id, asyncio.Lock())
        async with turn:
            for _ in range(MOST_TRIES):
                with contextlib.suppress(ConcurrentChange):
                    return await self._try(match_id, decision, cause, fingerprint)
        raise Conflict("The match is being changed by others all the time; try again.")

    async def _try(
        self, match_id: UUID, decision: Decision, cause: Cause, fingerprint: bytes | None
    ) -> Done:
        found = await self._log.load_soon(match_id)
        # Before anything is permitted: what was done may have made its own condition untrue.
        if fingerprint and found and (first := await self._first(cause, fingerprint)):
            return Done(found, first)
        # The time of the turn, so that the times of a match grow with its versions.
        events = await decision(found, replace(cause, occurred_at=datetime.now(UTC)))
        if not events:
            return Done(existing(found), None)
        position = await self._log.append_soon(*events, fingerprint=fingerprint)
        for event in events:
            if event.match_id == match_id:
                found = evolve(found, event)
            note(event)
        return Done(existing(found), position)

    async def _first(self, cause: Cause, fingerprint: bytes) -> int | None:
        """The position that the command got when it was given first."""
        return await asyncio.to_thread(self._log.position_of, cause.command_id, fingerprint)


def existing(match: Match | None) -> Match:
    """The match that was found; raises `NotFound`."""
    if match is None:
        raise NotFound(NO_MATCH)
    return match


def note(event: MatchEvent) -> None:
    """One line in our own records for each event."""
    log.info(
        "%s match=%s version=%d actor=%s correlation=%s",
        type(event).__name__,
        event.match_id,
        event.version,
        event.cause.actor,
        event.cause.correlation_id,
    )
