"""Which sessions have ended: heard from PostgreSQL at once, or asked for while nothing is heard.

An access token says nothing of the end of its session, so every process keeps in mind which
sessions ended within the life of a token.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

from events.answering import NOTICE_SILENCE
from events.identity import LEEWAY, Principal
from events.refusals import Unauthenticated, Unavailable

CHANNEL: Final = "sessions_ended"  # the payload is the id of the session
ACCESS_TOKEN_LIFE: Final = timedelta(minutes=10)
REMEMBERED: Final = ACCESS_TOKEN_LIFE + LEEWAY + timedelta(minutes=1)  # the clocks may differ
SESSION_OVER: Final = "This session is over; sign in again."
NOBODY_TO_ASK: Final = "It cannot be checked at this moment who is asking. Try again soon."

# A proof that the connection still hears is made every 0.25 s and holds for 0.7 s, so that even
# where a network just goes silent an ended session is known within a second.
PROOF_EVERY: Final = 0.25
PROOF_HOLDS: Final = 0.7
ANSWER_WITHIN: Final = 2.0
PAUSE_BEFORE_RECONNECT: Final = 0.2

log = logging.getLogger(__name__)


async def session_is_live(pool: AsyncConnectionPool, session_id: UUID) -> bool:
    """Whether the session has not been ended, as PostgreSQL knows it now."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT FROM accounts.sessions WHERE id = %(id)s AND ended_at IS NULL",
            {"id": session_id},
        )
    return cursor.rowcount == 1


class EndedSessions:
    """The sessions that ended within the last `remembered` seconds, in the order of hearing."""

    def __init__(self, remembered: float = REMEMBERED.total_seconds()) -> None:
        self._remembered = remembered
        self._heard_at: dict[UUID, float] = {}

    def __contains__(self, session_id: UUID) -> bool:
        return session_id in self._heard_at

    def __len__(self) -> int:
        return len(self._heard_at)

    def add(self, session_id: UUID, now: float) -> None:
        """Remember a session, and forget those whose tokens have all expired."""
        self._heard_at.pop(session_id, None)  # last in order again
        self._heard_at[session_id] = now
        while (oldest := next(iter(self._heard_at))) != session_id:
            if now - self._heard_at[oldest] <= self._remembered:
                return
            del self._heard_at[oldest]


class Revocations:
    """Refuses the tokens of ended sessions. Somebody has to `run` it; until then it only asks.

    `conninfo` leads to the primary server (a replica passes no notifications on) for one
    connection of its own; `pool` is for asking.
    """

    def __init__(self, conninfo: str, pool: AsyncConnectionPool) -> None:
        self._conninfo = make_conninfo(conninfo, **NOTICE_SILENCE)
        self._pool = pool
        self._ended = EndedSessions()
        self._proved_at = float("-inf")
        self._news = asyncio.Event()

    @property
    def hearing(self) -> bool:
        """Whether the end of a session would be heard of now."""
        return monotonic() - self._proved_at <= PROOF_HOLDS

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made again."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as lost:
                log.warning("ends of sessions are not heard: %s", type(lost).__name__)
            await asyncio.sleep(PAUSE_BEFORE_RECONNECT)

    async def refuse_ended(self, principal: Principal) -> None:
        """Raise `Unauthenticated` if the principal's session has ended.

        Raises `Unavailable` when that is not known and PostgreSQL does not answer.
        """
        if await self._has_ended(principal.session_id):
            raise Unauthenticated(SESSION_OVER)

    async def until_hearing(self) -> None:
        """Wait until the ends of sessions are heard."""
        while not self.hearing:
            await self._news.wait()

    async def until_ended(self, principal: Principal) -> None:
        """Wait for the end of the principal's session: what runs on and on has to stop then.

        Raises `Unavailable` like `refuse_ended`.
        """
        while not await self._has_ended(principal.session_id):
            held = self._proved_at + PROOF_HOLDS - monotonic()
            await self.news(held if held > 0 else PROOF_EVERY)

    def knows_ended(self, session_id: UUID) -> bool:
        """Whether the end of the session was heard of; asks nobody."""
        return session_id in self._ended

    async def news(self, within: float) -> None:
        """Wait until something was heard, at most `within` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._news.wait()

    async def _has_ended(self, session_id: UUID) -> bool:
        if session_id in self._ended:
            return True
        if self.hearing:
            return False
        return not await self._ask(session_id)

    async def _ask(self, session_id: UUID) -> bool:
        asking = asyncio.create_task(session_is_live(self._pool, session_id))
        asking.add_done_callback(_look_at)
        # A task to walk away from: cancelled in the middle of a query, psycopg waits for up to
        # ten seconds more, and a server that hangs makes use of that.
        done, _ = await asyncio.wait([asking], timeout=ANSWER_WITHIN)
        asking.cancel()
        try:
            if done:
                return asking.result()
        except psycopg.OperationalError as error:
            raise Unavailable(NOBODY_TO_ASK) from error
        raise Unavailable(NOBODY_TO_ASK)

    async def _listen(self) -> None:
        connection = await AsyncConnection.connect(self._conninfo, autocommit=True)
        try:
            await connection.execute(f"LISTEN {CHANNEL}")
            await self._catch_up(connection)
            while True:
                await self._prove(connection)
                async for notice in connection.notifies(timeout=PROOF_EVERY):
                    self._hear(notice.payload)
        finally:
            await connection.close()

    async def _catch_up(self, connection: AsyncConnection[Any]) -> None:
        cursor = await connection.execute(
            "SELECT id FROM accounts.sessions WHERE ended_at > now() - %(remembered)s",
            {"remembered": REMEMBERED},
        )
        for (session_id,) in await cursor.fetchall():
            self._ended.add(session_id, monotonic())
        self._tell()

    async def _prove(self, connection: AsyncConnection[Any]) -> None:
        asked_at = monotonic()
        await connection.execute("SELECT 1")
        began = not self.hearing
        self._proved_at = asked_at
        if began:
            self._tell()

    def _hear(self, payload: str) -> None:
        with suppress(ValueError):  # anybody who may connect may notify
            self._ended.add(UUID(payload), monotonic())
            self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _look_at(task: asyncio.Task[bool]) -> None:
    if not task.cancelled():
        task.exception()  # or asyncio complains that nobody did
