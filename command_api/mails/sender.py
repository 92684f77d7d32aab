"""Sends the mails that were asked for: one leader among any number, one mail after the other.

A mail is marked before and after it is handed over. Who dies in between leaves a mail of which
nobody knows whether it arrived; whoever leads next sends it once more, under the same Message-ID.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final, TypeVar

import psycopg
from msgspec import Struct
from psycopg import AsyncConnection

from command_api.mails import outbox
from command_api.mails.asking import CHANNEL
from command_api.mails.carrying import (
    Away,
    Carrier,
    Delivery,
    Doubtful,
    NotCarried,
    PutOff,
    Refused,
)
from command_api.mails.fates import LONGEST_PAUSE, DueMail, Fate, fate, pause_after
from command_api.mails.letters import Letter
from command_api.mails.outbox import Ended
from command_api.mails.tokens import fingerprint, token_of
from command_api.mails.words import Links
from events.cancelling import end
from events.leading import LEASE_SECONDS, cut_after, leading, notified
from events.waiting_out import wait_out

Result = TypeVar("Result")

LOCK: Final = "tracker mails"
BATCH: Final = 50

log = logging.getLogger(__name__)


class Desk(Struct, frozen=True):
    """What letters are written with: the key of their secrets, the sender's address, the links."""

    key: bytes
    sender: str
    links: Links


def _now() -> datetime:
    return datetime.now(UTC)


class Sender:
    """Sends what is due until cancelled.

    Started any number of times, one leads and the others wait to follow it. A carrier may take its
    time: the lead is kept up meanwhile, and when it is lost the handing over is broken off before
    a successor repeats it, which waits for `lease` seconds.
    """

    def __init__(
        self,
        conninfo: str,
        carrier: Carrier,
        desk: Desk,
        *,
        clock: Callable[[], datetime] = _now,
        lease: float = LEASE_SECONDS,
    ) -> None:
        self._conninfo = conninfo
        self._carrier = carrier
        self._desk = desk
        self._clock = clock
        self._lease = lease
        self._failures = 0
        self._open_again_at = clock()

    async def run(self) -> None:
        """Send until cancelled; trouble with the database is waited out."""
        await wait_out((psycopg.Error,), self._lead, _tell)

    async def _lead(self) -> None:
        async with leading(self._conninfo, LOCK, self._lease, lambda: None) as conn:
            async with cut_after(conn, self._lease):
                await conn.execute(f"LISTEN {CHANNEL}")
            take_over_at: float | None = monotonic() + self._lease
            while True:
                if take_over_at and monotonic() >= take_over_at:
                    await self._take_over(conn)
                    take_over_at = None
                if not await self._send_due(conn):
                    await notified(conn, self._lease / 5)  # or until a mail is asked for

    async def _take_over(self, conn: AsyncConnection[Any]) -> None:
        async with cut_after(conn, self._lease):
            count = await outbox.take_over(conn)
        if count:
            log.warning("%d mails were being sent when somebody stopped", count)

    async def _send_due(self, conn: AsyncConnection[Any]) -> bool:
        """Send what is due; True if there may be more."""
        now = self._clock()
        async with cut_after(conn, self._lease):
            due = await outbox.due(conn, now, BATCH)
        to_send = [mail for mail in due if not await self._ended(conn, mail, now)]
        if not to_send or now < self._open_again_at:
            return False
        return await self._send(conn, to_send) and len(due) == BATCH

    async def _ended(self, conn: AsyncConnection[Any], mail: DueMail, now: datetime) -> bool:
        """Whether nothing is to be sent; it is then marked so."""
        what = fate(mail, now, repeats_harmlessly=self._carrier.repeats_harmlessly)
        if what is Fate.SEND:
            return False
        async with cut_after(conn, self._lease):
            await outbox.end(conn, mail.id, what)
        level = logging.INFO if what is Fate.DROP else logging.WARNING
        log.log(level, "mail %s, %s, is %s", mail.id, mail.kind.name, what)
        return True

    async def _send(self, conn: AsyncConnection[Any], mails: list[DueMail]) -> bool:
        """Send these; False when the carrier is away and the rest has to wait."""
        try:
            delivery = await self._while_leading(conn, self._carrier.open())
        except Away as error:
            self._wait_for_carrier(error)
            return False
        try:
            for mail in mails:
                if not await self._send_one(conn, delivery, mail):
                    return False
        finally:
            await self._while_leading(conn, delivery.close())
        return True

    def _wait_for_carrier(self, error: NotCarried) -> None:
        self._failures += 1
        pause = pause_after(self._failures)
        self._open_again_at = self._clock() + pause
        log.warning("mails wait for %d s: %s", pause.total_seconds(), error)

    async def _send_one(
        self, conn: AsyncConnection[Any], delivery: Delivery, mail: DueMail
    ) -> bool:
        """Send a mail; False when the carrier is away."""
        letter = self._letter(mail)
        async with cut_after(conn, self._lease):
            if letter is None:
                await outbox.put_off(conn, mail.id, self._clock() + LONGEST_PAUSE)
                return True
            if not await outbox.begin(conn, mail, self._clock()):
                return True
        try:
            await self._while_leading(conn, delivery.hand_over(letter))
        except Refused as error:
            await self._end(conn, mail, Ended.REFUSED, str(error))
        except PutOff as error:
            await self._put_off(conn, mail, str(error))
        except (Away, Doubtful) as error:
            self._wait_for_carrier(error)
            await self._put_off(conn, mail, str(error), doubtful=isinstance(error, Doubtful))
            return False
        else:
            self._failures = 0
            await self._end(conn, mail, Ended.SENT, "done")
        return True

    def _letter(self, mail: DueMail) -> Letter | None:
        """The letter, or None when its token cannot be made: the key was another one."""
        token = token_of(self._desk.key, mail.kind.name, mail.id) if mail.token_hash else ""
        if token and fingerprint(token) != mail.token_hash:
            log.error("mail %s cannot be written: the key of mails is another one", mail.id)
            return None
        words = mail.kind.write(self._desk.links, token)
        return Letter(
            mail.id, mail.kind.name, mail.asked_at, self._desk.sender, mail.email or "", words
        )

    async def _end(self, conn: AsyncConnection[Any], mail: DueMail, how: Ended, why: str) -> None:
        async with cut_after(conn, self._lease):
            await outbox.end(conn, mail.id, how)
        log.info("mail %s, %s, is %s: %s", mail.id, mail.kind.name, how, why)

    async def _put_off(
        self, conn: AsyncConnection[Any], mail: DueMail, why: str, *, doubtful: bool = False
    ) -> None:
        due_at = self._clock() + pause_after(mail.tries + 1)
        async with cut_after(conn, self._lease):
            await outbox.put_off(conn, mail.id, due_at, doubtful=doubtful)
        log.info("mail %s, %s, is put off: %s", mail.id, mail.kind.name, why)

    async def _while_leading(
        self, conn: AsyncConnection[Any], work: Coroutine[Any, Any, Result]
    ) -> Result:
        """Do `work`, and break it off when the lead is lost; raises `psycopg.Error` then.

        It is a task of its own, so that it can be cancelled for sure.
        """
        working = asyncio.create_task(work)
        try:
            while not (await asyncio.wait({working}, timeout=self._lease / 5))[0]:
                async with cut_after(conn, self._lease):
                    await conn.execute("SELECT 1")
            return working.result()
        finally:
            await end(working)


def _tell(error: Exception) -> None:
    log.warning("mails wait for the database: %s", type(error).__name__)
