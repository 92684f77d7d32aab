"""What players do with their matches, and the waiting for what comes of it."""

import asyncio
import contextlib
from uuid import UUID

from command_api.matches.commands import ConfirmStats, MatchCommand, UploadScreenshot
from command_api.matches.confirming import confirm
from command_api.matches.executing import Done, Executor, note
from command_api.matches.rules import upload
from events.base import Cause
from events.log import MatchLog
from events.match import Match, Status, evolve
from events.matches import MatchEvent
from events.progress import Progress
from events.refusals import NotFound, VersionMismatch
from events.screenshots import Screenshots


class MatchCommands:
    """The use cases of matches."""

    def __init__(self, match_log: MatchLog, progress: Progress, screenshots: Screenshots) -> None:
        self._log = match_log
        self._executor = Executor(match_log)
        self._progress = progress
        self._screenshots = screenshots

    async def upload(
        self,
        command: UploadScreenshot,
        picture: bytes,
        confirmation: ConfirmStats | None,
        cause: Cause,
        seconds: float,
    ) -> Done:
        """Keep the picture, begin its match, and wait for the reading for at most `seconds`.

        A confirmation sent along goes with it; then there is nothing to wait for.
        """
        begun = upload(command, cause)
        match = evolve(None, begun)
        events: list[MatchEvent] = [begun]
        if confirmation:
            confirmed = confirm(match, confirmation, cause)
            match = evolve(match, confirmed)
            events.append(confirmed)
        await self._screenshots.put(command.screenshot, picture)
        with self._progress.changes_of(match.id) as changed:
            position = await self._log.append_soon(*events)
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
    ) -> Done:
        """Give a command of its owner to a match, at `version` only if that is given.

        Raises `NotFound`, `VersionMismatch` and what the rules refuse.
        """

        def permitted(match: Match | None) -> Match:
            if match is None or match.owner_id != owner_id:
                raise NotFound("There is no such match.")
            if version is not None and version != match.version:
                raise VersionMismatch(
                    f"The match has changed: it is at version {match.version}, not {version}."
                )
            return match

        return await self._executor.execute(match_id, permitted, command, cause)

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
                    reloaded = await asyncio.to_thread(self._log.load, match.id)
                    match = reloaded or match
        return match
