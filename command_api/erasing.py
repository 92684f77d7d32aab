"""Takes away what an erased account leaves: its matches, pictures, mails and kept answers.

The account's row says that this is to be done, so a crash at any moment only delays it; every step
can be done again.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from command_api import idempotency
from command_api.accounts.erasing import Erased, finish, unfinished
from command_api.mails import asking
from command_api.matches import quotas
from command_api.matches.commands import EraseMatch
from command_api.matches.executing import Executor, existing
from command_api.matches.rules import decide
from events.base import Cause
from events.match import Match
from events.matches import MatchEvent
from events.refusals import Refusal
from events.screenshots import Screenshots, delete_all_of

ACTOR: Final = "system"
EVERY_SECONDS: Final = 30.0
AT_ONCE: Final = 500
WAITED_FOR_SECONDS: Final = 5.0
# A request that was under way when the account was erased may still bring something. After this
# the last access token has long run out.
LATECOMERS: Final = timedelta(minutes=20)

log = logging.getLogger(__name__)


class OwnedMatches(Protocol):
    """What the read models know of a player's matches."""

    async def of(self, owner_id: UUID, after: UUID, limit: int) -> Sequence[UUID]:
        """The player's matches with ids after `after`, deleted ones too, in order of ids."""

    async def catch_up(self) -> None:
        """Bring the builds that are not live up to date with the log, or drop them."""


class SentLetters(Protocol):
    """The copies of letters that were sent, where any are kept."""

    async def remove(self, mail_ids: Sequence[UUID]) -> None:
        """Remove the copies of these mails."""


class Erasing:
    """Takes away what erased accounts leave."""

    def __init__(
        self,
        pool: AsyncConnectionPool[Any],
        executor: Executor,
        matches: OwnedMatches,
        screenshots: Screenshots,
        letters: SentLetters,
    ) -> None:
        self._pool = pool
        self._executor = executor
        self._matches = matches
        self._screenshots = screenshots
        self._letters = letters

    async def run(self) -> None:
        """Look for what is left, again and again, until cancelled; trouble is waited out."""
        while True:
            try:
                await self.carry_on(datetime.now(UTC))
            except (psycopg.Error, PoolTimeout, Refusal, OSError) as trouble:
                log.warning("erasing has to wait: %s", trouble)
            await asyncio.sleep(EVERY_SECONDS)

    async def carry_on(self, now: datetime) -> None:
        """Take away what is left of all erased accounts at `now`."""
        async with self._pool.connection() as conn:
            erased = await unfinished(conn)
        if not erased:
            return
        for each in erased:
            await self.take_away(each.player_id)
        await self._matches.catch_up()
        for each in erased:
            await self._finish(each, now)

    async def take_away(self, player_id: UUID) -> int | None:
        """Take away what there is now; gives the position in the log that this reached, if any."""
        position = await self._erase_matches(player_id)
        await delete_all_of(player_id, self._screenshots)
        async with self._pool.connection() as conn:
            mail_ids = await asking.all_to(conn, player_id)
            await self._letters.remove(mail_ids)  # first: the rows say which there are
            await asking.forget(conn, mail_ids)
            await conn.execute(
                "DELETE FROM log.answers WHERE owner_id = %(owner_id)s", {"owner_id": player_id}
            )
            await quotas.forget(conn, player_id)
        return position

    async def take_away_soon(self, player_id: UUID) -> int | None:
        """The same for someone who waits, so not for long: what is not done is done later."""
        try:
            async with asyncio.timeout(WAITED_FOR_SECONDS):
                return await self.take_away(player_id)
        except (TimeoutError, psycopg.Error, PoolTimeout, Refusal, OSError) as trouble:
            log.warning("the rest of account %s is taken away later: %s", player_id, trouble)
            return None

    async def _finish(self, erased: Erased, now: datetime) -> None:
        if now - erased.erased_at < LATECOMERS or await self._page(erased.player_id, UUID(int=0)):
            return
        async with self._pool.connection() as conn:
            await finish(conn, erased.player_id, now)
        log.info("nothing is left of the account %s", erased.player_id)

    async def _erase_matches(self, player_id: UUID) -> int | None:
        positions: list[int | None] = []
        correlation_id = uuid4()
        after = UUID(int=0)
        while page := await self._page(player_id, after):
            # What the other players were answered goes first, for a crash may come before the end.
            await self._forget_answers(page)
            # Together, so that they are written together.
            positions += await asyncio.gather(
                *(self._erase_match(match_id, player_id, correlation_id) for match_id in page)
            )
            await self._forget_answers(page)  # some were perhaps given until then
            after = page[-1]
        return max((position for position in positions if position), default=None)

    async def _forget_answers(self, match_ids: Sequence[UUID]) -> None:
        async with self._pool.connection() as conn:
            await idempotency.forget(conn, match_ids)

    async def _page(self, player_id: UUID, after: UUID) -> Sequence[UUID]:
        return await self._matches.of(player_id, after, AT_ONCE)

    async def _erase_match(
        self, match_id: UUID, player_id: UUID, correlation_id: UUID
    ) -> int | None:
        command_id = uuid4()
        cause = Cause(
            command_id=command_id,
            actor=ACTOR,
            occurred_at=datetime.now(UTC),
            correlation_id=correlation_id,
            causation_id=correlation_id,
        )

        async def decision(found: Match | None, cause: Cause) -> Sequence[MatchEvent]:
            return decide(existing(found), EraseMatch(player_id), cause)

        done = await self._executor.execute(match_id, decision, cause)
        return done.position
