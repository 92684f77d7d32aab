"""What players do with their matches, and the waiting for what comes of it."""

import asyncio
import contextlib
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
from command_api.matches.keeping import Keeper
from command_api.matches.quotas import Quotas
from command_api.matches.rules import refuse_gone
from command_api.matches.rules import upload as begin
from command_api.matches.upload_form import Upload
from events.base import Cause
from events.log import MatchLog
from events.match import Match, Status, evolve, fold
from events.matches import MatchEvent
from events.progress import Progress
from events.refusals import NotFound, Unprocessable, VersionMismatch


class OwnNames(Protocol):
    """What a player was called in matches confirmed before."""

    async def of(self, owner_id: UUID) -> tuple[str, ...]:
        """The player's folded names."""


class Duplicates(Protocol):
    """Which matches show a screen that was sent before."""

    async def of(self, match_id: UUID) -> UUID | None:
        """The first match with the same screen, if this one is not the first."""


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
            note(command, cause, match)
            if match.status is not Status.PROCESSING:
                return Done(match, position)
            match = await self._until_read(match, changed, seconds)
        return Done(match, max(position, self._progress.position))

    async def change(
        self,
        match_id: UUID,
        owner_id: UUID,
        command: MatchCommand,
        cause: Cause,
        version: int | None = None,
        fingerprint: bytes | None = None,
    ) -> Done:
        """Give a command of its owner to a match, at `version` only if that is given.

        Raises `NotFound`, `VersionMismatch` and what the rules refuse.
        """

        def permitted(match: Match | None) -> Match:
            match = _owned(match, owner_id)
            if version is not None and version != match.version:
                refuse_gone(match, command)  # a condition on what is not there does not count
                raise VersionMismatch(
                    f"The match is at version {match.version}, which is not what If-Match names."
                )
            return match

        if isinstance(command, RequestExtraction):
            await self.refuse_stranger(match_id, owner_id)
            await self._quotas.charge(owner_id, match_id, 0)
        return await self._executor.execute(match_id, permitted, command, cause, fingerprint)

    async def refuse_stranger(self, match_id: UUID, owner_id: UUID) -> None:
        """Raise `NotFound` if the match is not there or somebody else's."""
        _owned(await self._log.load_soon(match_id), owner_id)

    async def refuse_absent(self, match_id: UUID, owner_id: UUID) -> None:
        """Raise `NotFound` if the match is not there, deleted, or somebody else's."""
        match = _owned(await self._log.load_soon(match_id), owner_id)
        refuse_gone(match, ConfirmStats())

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
            await self._keeper.take_back(command)
            raise
        if not fingerprint:
            return fold(events), position
        match = await self._load(command.match_id)
        if match.screenshot != command.screenshot:  # another attempt under this key was first
            await self._keeper.take_back(command)
        return match, position

    async def duplicate_of(self, match: Match) -> UUID | None:
        """The match that `match` repeats; only what was read can be compared."""
        return await self._duplicates.of(match.id) if match.reading else None

    async def _until_read(self, match: Match, changed: asyncio.Event, seconds: float) -> Match:
        """The match once its reading is recorded and shown, or as it is after `seconds`.

        A process that stops waits no longer either.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while match.status is Status.PROCESSING and not self._progress.is_ending:
                    await changed.wait()
                    changed.clear()
                    match = await self._load(match.id)
        return match

    async def _load(self, match_id: UUID) -> Match:
        match = await self._log.load_soon(match_id)
        assert match is not None  # noqa: S101  # it was just appended
        return match


def _owned(match: Match | None, owner_id: UUID) -> Match:
    if match is None or match.owner_id != owner_id:
        raise NotFound("There is no such match.")
    return match


def _begun(
    command: UploadScreenshot, confirmation: ConfirmStats | None, cause: Cause
) -> list[MatchEvent]:
    """The first events of a match: its upload, and the confirmation if one was sent along."""
    uploaded = begin(command, cause)
    if confirmation is None:
        return [uploaded]
    return [uploaded, confirm(evolve(None, uploaded), confirmation, cause)]
