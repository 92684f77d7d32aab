"""Ends requests for confirmation that nobody answers, and reminds of them once before that.

A process manager: it follows the log, keeps what is due in a table, and gives commands when their
time has come. It holds no timer and no state of its own, so it may be killed at any moment.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import uuid5

import msgspec
import psycopg

from command_api.confirmations import deadlines
from command_api.confirmations.commands import ExpireConfirmation, RemindOfConfirmation
from command_api.confirmations.deadlines import KINDS, Due
from command_api.confirmations.rules import expire, remind
from command_api.matches.executing import Executor, existing
from events import tail
from events.base import Cause
from events.codec import EventMapper, UnknownEvent
from events.leading import LEASE_SECONDS, cut_after, leading, notified
from events.match import Match
from events.matches import MatchEvent
from events.noting import Noted
from events.pipelined import PipelinedConnection
from events.refusals import Conflict, NotFound, Unavailable
from events.waiting_out import wait_out

LOCK: Final = "tracker confirmation deadlines"
ACTOR: Final = "system"
AT_ONCE: Final = 50
# A notification may be lost, and time passes without one.
PATIENCE_SECONDS: Final = 1.0
TROUBLE: Final = (psycopg.Error, OSError, Unavailable, UnknownEvent, msgspec.DecodeError)

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class ConfirmationProcess:
    """Started any number of times, one leads and the others wait to follow it.

    `trouble` says why it does not work now; a standby has none.
    """

    def __init__(
        self,
        conninfo: str,
        executor: Executor,
        *,
        clock: Callable[[], datetime] = _now,
        lease: float = LEASE_SECONDS,
    ) -> None:
        self._conninfo = conninfo
        self._executor = executor
        self._clock = clock
        self._lease = lease
        self._mapper = EventMapper()  # names are of no concern here
        self._position = 0
        self._noted = Noted(0)
        self.trouble: str | None = "The confirmations have not begun yet."

    async def run(self) -> None:
        """Work until cancelled; trouble is waited out."""
        await wait_out(TROUBLE, self._lead, self._tell)

    async def _lead(self) -> None:
        async with leading(self._conninfo, LOCK, self._lease, self._stand_by) as conn:
            async with cut_after(conn, self._lease):
                await tail.listen(conn, KINDS)
            await self.begin(conn)
            while True:
                is_behind = await self.step(conn)
                self.trouble = None
                if not is_behind:
                    await notified(conn, PATIENCE_SECONDS)

    def _stand_by(self) -> None:
        self.trouble = None

    def _tell(self, error: Exception) -> None:
        self.trouble = f"The confirmations wait: {type(error).__name__} {error}".strip()
        log.warning("%s", self.trouble)

    async def begin(self, conn: PipelinedConnection) -> None:
        """Go on where whoever led before has stopped."""
        async with cut_after(conn, self._lease):
            self._position = await deadlines.position(conn)
            self._noted = Noted(self._position)

    async def step(self, conn: PipelinedConnection) -> bool:
        """Follow the log for a batch, then do what is due; True if there may be more."""
        async with cut_after(conn, self._lease):
            found = await tail.read(conn, self._mapper, self._position, KINDS)
            if self._noted.is_due(found.position, found=bool(found.events)):
                await deadlines.follow(conn, found.events, found.position, self._clock())
                self._noted.note(found.position)
            self._position = found.position
        if found.is_behind:
            return True  # what is due by now may be over further on
        async with cut_after(conn, self._lease):
            due = await deadlines.due(conn, self._clock(), AT_ONCE)
        for one in due:
            await self._act(conn, one)
        return bool(due)

    async def _act(self, conn: PipelinedConnection, one: Due) -> None:
        """Give the command. What it leads to comes back by the log."""
        now = self._clock()
        is_over = now >= one.expires_at

        async def decision(found: Match | None, cause: Cause) -> Sequence[MatchEvent]:
            if is_over:
                return expire(existing(found), ExpireConfirmation(one.request_id), cause)
            return remind(existing(found), RemindOfConfirmation(one.request_id), cause)

        cause = Cause(
            # Of several who give it, one is taken.
            command_id=uuid5(one.request_id, "expiry" if is_over else "reminder"),
            actor=ACTOR,
            occurred_at=now,
            correlation_id=one.correlation_id,
            causation_id=one.request_id,
        )
        try:
            done = await self._executor.execute(one.match_id, decision, cause)
        except Conflict as refusal:  # others change it all the time: it is due again
            log.warning("match %s has to wait: %s", one.match_id, refusal)
            return
        except NotFound as refusal:
            log.info("nothing is due for match %s: %s", one.match_id, refusal)
        else:
            if done.position:
                return
        async with cut_after(conn, self._lease):
            await deadlines.strike(conn, one, now)
