"""Commands to matches, and what comes of them: on the real system, and on the model."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final
from uuid import UUID, uuid5

from msgspec import Struct

from command_api.matches.commands import (
    MatchCommand,
    RestoreMatch,
)
from command_api.matches.executing import Done
from command_api.matches.upload_form import Upload
from command_api.matches.use_cases import MatchCommands
from events.base import Cause
from events.refusals import Refusal
from tests.examples import NOON
from tests.properties import sayings
from tests.properties.comparing import shows
from tests.properties.model import Model, Refused
from tests.properties.system import System

COMMANDS: Final = UUID(int=4)


class Attempt(Struct, frozen=True):
    """A command to a match, as it may be sent again."""

    player: UUID
    match_id: UUID
    command: MatchCommand
    on_model: Callable[[], None]
    version: int | None
    cause: Cause
    fingerprint: bytes


class MatchesDeeds:
    """Players of two processes, and the model that knows what comes of what they do."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.model = Model()
        self.uploads: dict[UUID, tuple[Upload, Cause]] = {}
        self.positions: dict[UUID, int] = {}
        self.commands = 0
        self.clock = NOON
        system.begin_anew()

    async def send_upload(
        self,
        commands: MatchCommands,
        match_id: UUID,
        player: UUID,
        seconds: float = 0,
        fingerprint: bytes = b"upload",
    ) -> Done:
        upload, cause = self.uploads[match_id]
        command = await commands.keep(upload, match_id, player)
        return await commands.begin(command, upload.confirmation, cause, seconds, fingerprint)

    async def read_meanwhile(self, match_id: UUID, player: UUID, reading: Any) -> Done:
        """The upload waits until its reading has arrived and is projected."""
        uploading = self.send_upload(self.system.commands, match_id, player, seconds=20)
        waiting = asyncio.create_task(uploading)
        await self.system.there(match_id)
        await self.system.answers(sayings.read(match_id, 1, reading))
        await asyncio.to_thread(self.system.project, 500)
        return await waiting

    def ask_for(
        self,
        match_id: UUID,
        command: MatchCommand,
        on_model: Callable[[], None],
        version: int | None = None,
    ) -> Attempt:
        player = self.model.matches[match_id]["owner"]
        cause = self.cause(player)
        fingerprint = cause.command_id.bytes
        attempt = Attempt(player, match_id, command, on_model, version, cause, fingerprint)
        self.send(attempt)
        return attempt

    def send(self, attempt: Attempt) -> None:
        """A command that was not recorded before."""
        before = len(self.model.log)
        match = self.model.matches[attempt.match_id]
        expected = self.refusal_of(attempt)
        outcome = self.outcome(
            self.system.commands.change(
                attempt.match_id,
                attempt.player,
                attempt.command,
                attempt.cause,
                attempt.version,
                attempt.fingerprint,
            )
        )
        if expected:
            assert outcome == expected
        else:
            assert isinstance(outcome, Done), outcome
            position = len(self.model.log) if len(self.model.log) > before else None
            assert outcome.position == position
            if position:
                self.positions[attempt.cause.command_id] = position
            shows(outcome.match, match)
        self.is_in_log(attempt.match_id)

    def refusal_of(self, attempt: Attempt) -> str | None:
        """Do it on the model; gives the kind of refusal if it is refused."""
        match = self.model.matches[attempt.match_id]
        is_gone = match["deleted"] and not isinstance(attempt.command, RestoreMatch)
        if attempt.version not in (None, match["version"]) and not is_gone:
            return "VersionMismatch"
        try:
            attempt.on_model()
        except Refused as refused:
            return str(refused)
        return None

    def outcome(self, asked: Any) -> Done | str:
        """What came of a command: what was done, or the kind of refusal."""
        return self.system.run(_outcome(asked))

    async def at_once(
        self,
        match_id: UUID,
        both: tuple[Any, Any],
        commands: tuple[MatchCommands, MatchCommands],
        version: int | None,
    ) -> list[Done | str]:
        player = self.model.matches[match_id]["owner"]
        return await asyncio.gather(
            *(
                _outcome(
                    at.change(match_id, player, sayings.command(said), self.cause(player), version)
                )
                for at, said in zip(commands, both, strict=True)
            )
        )

    def version(self, match_id: UUID, stale: int | None) -> int | None:
        return None if stale is None else self.model.matches[match_id]["version"] - stale

    def cause(self, player: UUID) -> Cause:
        self.commands += 1
        command_id = uuid5(COMMANDS, str(self.commands))
        return Cause(
            command_id=command_id,
            actor=f"player:{player}",
            occurred_at=self.clock,
            correlation_id=command_id,
            causation_id=command_id,
        )

    def is_in_log(self, match_id: UUID) -> None:
        """The log holds what the model knows, and nothing else."""
        match = self.system.log.load(match_id)
        assert match is not None
        shows(match, self.model.matches[match_id])
        assert self.system.log.head() == len(self.model.log)


async def _outcome(asked: Coroutine[Any, Any, Done]) -> Done | str:
    try:
        return await asked
    except Refusal as refusal:
        return type(refusal).__name__
