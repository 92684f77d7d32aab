"""What players do with their matches, and the waiting for what comes of it."""

import asyncio
import contextlib
from typing import Protocol
from uuid import UUID

from msgspec.structs import replace

from command_api.matches.commands import ConfirmStats, MatchCommand, UploadScreenshot
from command_api.matches.confirming import confirm
from command_api.matches.executing import Done, Executor, note
from command_api.matches.rules import refuse_gone
from command_api.matches.rules import upload as begin
from command_api.matches.upload_form import Upload
from events.base import Cause
from events.log import MatchLog
from events.match import Match, Status, evolve, fold
from events.matches import MatchEvent
from events.progress import Progress
from events.refusals import NotFound, VersionMismatch
from events.screenshots import Screenshots


class OwnNames(Protocol):
    """What a player was called in matches confirmed before."""

    async def of(self, owner_id: UUID) -> tuple[str, ...]:
        """The player's folded names."""


class MatchCommands:
    """The use cases of matches."""

    def __init__(
        self,
        match_log: MatchLog,
        progress: Progress,
        screenshots: Screenshots,
        own_names: OwnNames,
    ) -> None:
        self._log = match_log
        self._executor = Executor(match_log)
        self._progress = progress
        self._screenshots = screenshots
        self._own_names = own_names

    async def upload(
        self, upload: Upload, cause: Cause, seconds: float, fingerprint: bytes | None = None
    ) -> Done:
        """Keep the picture, begin its match, and wait for the reading for at most `seconds`.

        A confirmation sent along goes with it; then there is nothing to wait for. Sent again
        under the same `fingerprint`, it gives the match as it is by now.
        """
        own_names = await self._own_names.of(upload.command.owner_id)
        events = _begun(replace(upload.command, own_names=own_names), upload.confirmation, cause)
        match_id = upload.command.match_id
        await self._screenshots.put(upload.command.screenshot, upload.picture)
        with self._progress.changes_of(match_id) as changed:
            position = await self._log.append_soon(*events, fingerprint=fingerprint)
            match = await self._load(match_id) if fingerprint else fold(events)
            note(upload.command, cause, match)
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

        return await self._executor.execute(match_id, permitted, command, cause, fingerprint)

    async def refuse_stranger(self, match_id: UUID, owner_id: UUID) -> None:
        """Raise `NotFound` if the match is not there or somebody else's."""
        _owned(await asyncio.to_thread(self._log.load, match_id), owner_id)

    async def until_shown(self, position: int | None, seconds: float) -> bool:
        """Wait until queries show `position`; False if that takes too long."""
        return position is None or await self._progress.reached(position, seconds)

    async def _until_read(self, match: Match, changed: asyncio.Event, seconds: float) -> Match:
        """The match once its reading is recorded and shown, or as it is after `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while match.status is Status.PROCESSING:
                    await changed.wait()
                    changed.clear()
                    match = await self._load(match.id)
        return match

    async def _load(self, match_id: UUID) -> Match:
        match = await asyncio.to_thread(self._log.load, match_id)
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
