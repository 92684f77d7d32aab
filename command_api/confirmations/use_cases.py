"""What the players of a match do about its confirmation."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct
from psycopg_pool import AsyncConnectionPool

from command_api.accounts.players import display_name
from command_api.confirmations import answers, rules
from command_api.confirmations.answering import Answering, listed, refuse_unlisted, refuse_version
from command_api.confirmations.commands import (
    Answerer,
    AttachScreenshot,
    Confirm,
    Dispute,
    RequestConfirmation,
    WithdrawConfirmation,
)
from command_api.confirmations.joining import named_match, same_match
from command_api.matches.executing import Decision, Done, Executor
from command_api.matches.keeping import Keeper
from command_api.matches.use_cases import MatchCommands
from command_api.received import ReceivedFile
from events.base import Cause
from events.codes import hash_of, new_code
from events.log import MatchLog
from events.match import Match
from events.matches import ConfirmationRequested, MatchEvent
from events.refusals import Conflict, Refusal
from events.seats import seen_with_code, turned
from events.stats import Pair


class OwnMatches(Protocol):
    """What the read models know of a player's matches."""

    async def alike(self, player_id: UUID, score: Pair, played_at: datetime) -> Sequence[UUID]:
        """Matches with that score, or not confirmed yet, that were played about that time."""


class Asked(Struct, frozen=True):
    """The code of a request, when it runs out, and how far the log is."""

    code: str
    expires_at: datetime
    done: Done


class Confirmations:
    """The use cases of confirming a match by its other player; `key` makes the codes."""

    def __init__(
        self,
        match_log: MatchLog,
        commands: MatchCommands,
        keeper: Keeper,
        own_matches: OwnMatches,
        pool: AsyncConnectionPool[Any],
        key: bytes,
    ) -> None:
        self._log = match_log
        self._executor = Executor(match_log)
        self._commands = commands
        self._keeper = keeper
        self._own_matches = own_matches
        self._pool = pool
        self._key = key

    async def ask(
        self,
        match_id: UUID,
        player_id: UUID,
        cause: Cause,
        version: int | None = None,
        fingerprint: bytes | None = None,
    ) -> Asked:
        """Ask the other player; the code is made anew from the command's id when it is repeated."""
        code = new_code(self._key, match_id, cause.command_id)
        name = await self._name_of(player_id)
        command = RequestConfirmation(player_id=player_id, name=name, code_hash=hash_of(code))

        async def decision(found: Match | None, cause: Cause) -> Sequence[MatchEvent]:
            match = listed(found, player_id, version)
            return rules.request(match, command, cause)

        done = await self._executor.execute(match_id, decision, cause, fingerprint)
        events = await asyncio.to_thread(self._log.events, match_id)
        for event in events:
            if isinstance(event, ConfirmationRequested) and event.code_hash == command.code_hash:
                return Asked(code, event.expires_at, done)
        raise Conflict("The code cannot be made again; ask anew, under another Idempotency-Key.")

    async def withdraw(
        self, match_id: UUID, player_id: UUID, cause: Cause, version: int | None = None
    ) -> Done:
        """Take the request back."""

        async def decision(found: Match | None, cause: Cause) -> Sequence[MatchEvent]:
            match = listed(found, player_id, version)
            return rules.withdraw(match, WithdrawConfirmation(player_id), cause)

        return await self._executor.execute(match_id, decision, cause)

    async def confirm(self, answering: Answering, command: Confirm) -> Done:
        """Say that the numbers are right; an own match that is the same is joined with it."""
        answerer = await self._answerer(answering)
        named = command.match_id if isinstance(command.match_id, UUID) else None
        likely = [named] if named else []
        if command.match_id is UNSET:
            likely = list(await self._likely(answering))

        async def decision(found: Match | None, cause: Cause) -> Sequence[MatchEvent]:
            refuse_unlisted(found, answering)
            match, _ = rules.open_request(found, answerer, cause.occurred_at)
            refuse_version(match, answering.version)
            own = [each for one in likely if (each := await self._load(one))]
            joined = None
            shared = turned(match, answering.player_id, "")
            if named:  # the rules refuse it where there is nothing to join any more
                joined = named_match(shared, answering.player_id, own[0] if own else None)
            elif answers.is_first_answer(match, answerer):
                joined = same_match(shared, answering.player_id, own)
            return answers.confirm(match, answerer, command, joined, cause)

        return await self._answered(answering, decision)

    async def dispute(self, answering: Answering, command: Dispute) -> Done:
        """Say that the numbers are wrong."""
        answerer = await self._answerer(answering)

        async def decision(found: Match | None, cause: Cause) -> Sequence[MatchEvent]:
            refuse_unlisted(found, answering)
            match, _ = rules.open_request(found, answerer, cause.occurred_at)
            refuse_version(match, answering.version)
            return answers.dispute(match, answerer, command, cause)

        return await self._answered(answering, decision)

    async def attach(self, answering: Answering, file: ReceivedFile, seconds: float) -> Done:
        """Have an own screenshot read and compared; waits for the reading at most `seconds`."""
        answerer = await self._answerer(answering)
        player_id, match_id = answering.player_id, answering.match_id
        await self.refuse_closed(answering)  # before anything is kept
        picture = await self._keeper.keep(file, player_id, match_id)
        command = AttachScreenshot(
            screenshot=picture.key,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
        )

        async def decision(found: Match | None, cause: Cause) -> Sequence[MatchEvent]:
            refuse_unlisted(found, answering)
            if found:
                refuse_version(found, answering.version)
            return rules.attach(found, answerer, command, cause)

        with self._commands.changes_of(match_id) as changed:
            try:
                done = await self._executor.execute(
                    match_id, decision, answering.cause, answering.fingerprint
                )
            except Refusal:
                await self._keeper.take_back(picture.key, player_id, picture.size)
                raise
            attached = done.match.sharing.attached if done.match.sharing else None
            if attached is None or attached.screenshot != picture.key:  # an earlier try was first
                await self._keeper.take_back(picture.key, player_id, picture.size)
            done = await self._commands.until(done, changed, seconds, _is_read)
        return Done(seen_with_code(done.match, player_id), done.position)

    async def refuse_closed(self, answering: Answering) -> None:
        """Raise why the request cannot be answered now, unless this very answer was given."""
        position = await asyncio.to_thread(self._position_of, answering)
        if position:
            return
        answerer = await self._answerer(answering)
        found = await self._load(answering.match_id)
        refuse_unlisted(found, answering)
        rules.open_request(found, answerer, answering.cause.occurred_at)

    def _position_of(self, answering: Answering) -> int | None:
        if answering.fingerprint is None:
            return None
        return self._log.position_of(answering.cause.command_id, answering.fingerprint)

    async def _answered(self, answering: Answering, decision: Decision) -> Done:
        done = await self._executor.execute(
            answering.match_id, decision, answering.cause, answering.fingerprint
        )
        return Done(seen_with_code(done.match, answering.player_id), done.position)

    async def _answerer(self, answering: Answering) -> Answerer:
        return Answerer(
            player_id=answering.player_id,
            name=await self._name_of(answering.player_id),
            code_hash=hash_of(answering.code) if answering.code else None,
        )

    async def _likely(self, answering: Answering) -> Sequence[UUID]:
        """Own matches that may be the same as the one that is asked about."""
        found = await self._load(answering.match_id)
        if found is None or found.confirmed is None:
            return ()
        score = found.confirmed.score.swapped
        return await self._own_matches.alike(answering.player_id, score, found.played_at)

    async def _name_of(self, player_id: UUID) -> str | None:
        async with self._pool.connection() as conn:
            return await display_name(conn, player_id)

    async def _load(self, match_id: UUID) -> Match | None:
        return await self._log.load_soon(match_id)


def _is_read(match: Match) -> bool:
    return match.attached_awaits is None
