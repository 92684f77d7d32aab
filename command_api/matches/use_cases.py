"""What players do with their matches, and the waiting for what comes of it."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol
from uuid import UUID

from command_api.matches.commands import (
    ConfirmStats,
    MatchCommand,
    RequestExtraction,
    UploadScreenshot,
)
from command_api.matches.confirming import confirm
from command_api.matches.executing import Done, Executor, note
from command_api.matches.friend_rules import decide_for_friend, refuse_removed
from command_api.matches.keeping import Keeper
from command_api.matches.quotas import Quotas
from command_api.matches.rules import NO_MATCH, decide, refuse_gone
from command_api.matches.rules import upload as begin
from command_api.matches.upload_form import Upload
from events.base import Cause
from events.log import MatchLog
from events.match import Match, Status, evolve, fold
from events.matches import MatchEvent
from events.progress import Progress
from events.refusals import NotFound, Unprocessable, VersionMismatch
from events.seats import half_of


class OwnNames(Protocol):
    """What a player was called in matches confirmed before."""

    async def of(self, owner_id: UUID) -> tuple[str, ...]:
        """The player's folded names."""


class Duplicates(Protocol):
    """Which matches show a screen that was sent before."""

    async def of(self, owner_id: UUID, match_id: UUID) -> UUID | None:
        """The player's first match with the same screen, if this one is not the first."""


class MatchCommands:
    """The use cases of matches."""

    def __init__(
        self,
        match_log: MatchLog,
        progress: Progress,
        keeper: Keeper,
        quotas: Quotas,
        own_names: OwnNames,
        duplicates: Duplicates,
        queries: Progress | None = None,
    ) -> None:
        self._log = match_log
        self._executor = Executor(match_log)
        self._progress = progress
        self._keeper = keeper
        self._quotas = quotas
        self._own_names = own_names
        self._duplicates = duplicates
        # Queries may be answered from a replica, which has a pace of its own.
        self._queries = queries or progress

    async def keep(self, upload: Upload, match_id: UUID, owner_id: UUID) -> UploadScreenshot:
        """Store the picture; gives the command to `begin` its match with."""
        picture = await self._keeper.keep(upload.file, owner_id, match_id)
        return UploadScreenshot(
            match_id=match_id,
            owner_id=owner_id,
            opponent_name=upload.details.opponent_name,
            screenshot=picture.key,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            size=picture.size,
            side=upload.details.side,
            played_at=upload.details.played_at,
            own_names=await self._own_names.of(owner_id),
        )

    async def begin(
        self,
        command: UploadScreenshot,
        confirmation: ConfirmStats | None,
        cause: Cause,
        seconds: float,
        fingerprint: bytes | None = None,
    ) -> Done:
        """Begin a match, and wait for the reading for at most `seconds`.

        A confirmation sent along goes with it; then there is nothing to wait for. Sent again
        under the same `fingerprint`, it gives the match as it is by now.
        """
        events = _begun(command, confirmation, cause)
        with self._progress.changes_of(command.match_id) as changed:
            match, position = await self._append(command, events, fingerprint)
            for event in events:
                note(event)
            if match.status is not Status.PROCESSING:
                return Done(match, position)
            return await self.until(Done(match, position), changed, seconds, _is_read)

    async def change(
        self,
        match_id: UUID,
        player_id: UUID,
        command: MatchCommand,
        cause: Cause,
        version: int | None = None,
        fingerprint: bytes | None = None,
    ) -> Done:
        """Give a command of one of its players to a match, at `version` only if that is given.

        The match comes as they see it. Raises `NotFound`, `VersionMismatch` and what the rules
        refuse.
        """

        async def decision(found: Match | None, cause: Cause) -> Sequence[MatchEvent]:
            half = half_for(found, player_id)
            is_friend = found is not half
            if version is not None and version != half.version:
                # A condition on what is not there does not count.
                if is_friend:
                    refuse_removed(half, command)
                else:
                    refuse_gone(half, command)
                raise VersionMismatch(
                    f"The match is at version {half.version}, which is not what If-Match names."
                )
            return (decide_for_friend if is_friend else decide)(half, command, cause)

        if isinstance(command, RequestExtraction):
            await self.refuse_stranger(match_id, player_id)
            await self._quotas.charge(player_id, match_id, 0)
        done = await self._executor.execute(match_id, decision, cause, fingerprint)
        return Done(half_for(done.match, player_id), done.position)

    async def refuse_stranger(self, match_id: UUID, player_id: UUID) -> None:
        """Raise `NotFound` if the match is not there or somebody else's."""
        half_for(await self._log.load_soon(match_id), player_id)

    async def refuse_absent(self, match_id: UUID, player_id: UUID) -> None:
        """Raise `NotFound` if the match is not there, deleted, or somebody else's."""
        half = half_for(await self._log.load_soon(match_id), player_id)
        if half.is_deleted:
            raise NotFound(NO_MATCH)

    async def until_shown(self, position: int | None, seconds: float) -> bool:
        """Wait until queries show `position`; False if that takes too long."""
        return position is None or await self._queries.reached(position, seconds)

    async def _append(
        self, command: UploadScreenshot, events: list[MatchEvent], fingerprint: bytes | None
    ) -> tuple[Match, int]:
        """The match, and the position of its events; a picture that they do not name is removed."""
        try:
            position = await self._log.append_soon(*events, fingerprint=fingerprint)
        except (Unprocessable, NotFound):  # another request has the key; the player was erased
            await self._take_back(command)
            raise
        if not fingerprint:
            return fold(events), position
        match = await self._load(command.match_id)
        if match.screenshot != command.screenshot:  # another attempt under this key was first
            await self._take_back(command)
        return match, position

    async def duplicate_of(self, match: Match) -> UUID | None:
        """The match that `match` repeats; only what was read can be compared."""
        return await self._duplicates.of(match.owner_id, match.id) if match.reading else None

    def changes_of(self, match_id: UUID) -> AbstractContextManager[asyncio.Event]:
        """An event that is set whenever queries show another state of the match."""
        return self._progress.changes_of(match_id)

    async def until(
        self,
        done: Done,
        changed: asyncio.Event,
        seconds: float,
        is_there: Callable[[Match], bool],
    ) -> Done:
        """The match once it is recorded as wished, or as it is after `seconds`.

        The log may be ahead of what queries show: they are to show the position that comes with it.
        A process that stops waits no longer either.
        """
        match = done.match
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not is_there(match) and not self._progress.is_ending:
                    await changed.wait()
                    changed.clear()
                    match = await self._load(match.id)
        if match.version == done.match.version:
            return done
        return Done(match, await self._log.position_soon(match.id))

    async def _take_back(self, command: UploadScreenshot) -> None:
        await self._keeper.take_back(command.screenshot, command.owner_id, command.size)

    async def _load(self, match_id: UUID) -> Match:
        match = await self._log.load_soon(match_id)
        assert match is not None  # noqa: S101  # it was just appended
        return match


def half_for(match: Match | None, player_id: UUID) -> Match:
    """The match as `player_id` sees it; raises `NotFound` where it is not theirs."""
    half = half_of(match, player_id) if match else None
    if half is None:
        raise NotFound(NO_MATCH)
    return half


def _is_read(match: Match) -> bool:
    return match.status is not Status.PROCESSING


def _begun(
    command: UploadScreenshot, confirmation: ConfirmStats | None, cause: Cause
) -> list[MatchEvent]:
    """The first events of a match: its upload, and the confirmation if one was sent along."""
    uploaded = begin(command, cause)
    if confirmation is None:
        return [uploaded]
    return [uploaded, confirm(evolve(None, uploaded), confirmation, cause)]
