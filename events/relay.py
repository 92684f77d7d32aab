"""Log -> JetStream: uploads are handed to the OCR, by one leader, in the order of the log."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Final, assert_never

import msgspec
import nats.errors
import psycopg
from nats.aio.client import Client

from events import pending, relay_streams, tail
from events.bus import READINGS_STREAM, SCREENSHOTS_STREAM, ScreenshotUploaded
from events.codec import EventMapper, UnknownEvent
from events.given_up import give_up
from events.leading import LEASE_SECONDS, cut_after, leading, notified
from events.noting import Noted
from events.pending import Asked, Pending
from events.pipelined import PipelinedConnection
from events.reconciling import Fate, fate, pause_after
from events.upload_queue import ChainBroken, StreamState, UploadQueue, stream_state
from events.waiting_out import wait_out
from events.wanted_readings import KINDS, Wanted

LOCK: Final = "tracker relay"
SENDS_AT_ONCE: Final = 50
# A notification may be lost: the log is looked at this often in any case.
PATIENCE_SECONDS: Final = 0.5
LOOK_AT_STREAMS_SECONDS: Final = 1.0
# An event that this version of the system cannot read stops the relay, and nothing beside it.
TROUBLE: Final = (
    psycopg.Error,
    nats.errors.Error,
    OSError,
    ChainBroken,
    UnknownEvent,
    msgspec.DecodeError,
)

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Relay:
    """Follows the log, notes what is to be read, and sends it until there is an outcome.

    Started any number of times, one leads and the others wait to follow it. Whatever it awaits
    ends within `lease` seconds; what it notes is written on the connection that holds the lead.
    """

    def __init__(
        self,
        conninfo: str,
        client: Client,
        *,
        clock: Callable[[], datetime] = _now,
        lease: float = LEASE_SECONDS,
    ) -> None:
        self._conninfo = conninfo
        self._client = client
        self._clock = clock
        self._lease = lease
        self._mapper = EventMapper()
        self._queue = UploadQueue(client)
        self._position = 0
        self._noted = Noted(0)
        self._looked_at = 0.0
        self._may_be_due = True  # something that was noted
        self.trouble: str | None = "The relay has not begun yet."

    async def run(self) -> None:
        """Relay until cancelled; trouble is told in `trouble` and waited out."""
        await wait_out(TROUBLE, self._lead, self._tell)

    async def _lead(self) -> None:
        async with leading(self._conninfo, LOCK, self._lease, self._stand_by) as conn:
            async with cut_after(conn, self._lease):
                # What is noted can be made again from the log, and a message that a crash makes
                # us send again is the same message: no commit has to wait for the disk.
                await conn.execute("SET synchronous_commit TO OFF")
                await tail.listen(conn, KINDS)
                self._position = await pending.position(conn)
                self._noted = Noted(self._position)
            self._queue.begin(await self._look_at_streams(conn))
            while True:
                is_behind = await self._follow(conn)
                if monotonic() - self._looked_at > LOOK_AT_STREAMS_SECONDS:
                    await self._look_at_streams(conn)
                if self._may_be_due and not is_behind:
                    is_behind = self._may_be_due = await self._send_due(conn)
                self.trouble = None
                if not is_behind:
                    await notified(conn, PATIENCE_SECONDS)

    def _stand_by(self) -> None:
        self.trouble = None

    def _tell(self, error: Exception) -> None:
        self.trouble = f"The relay waits: {type(error).__name__} {error}".strip()
        log.warning("%s", self.trouble)

    async def _follow(self, conn: PipelinedConnection) -> bool:
        """Send and note what was appended; True if there may be more."""
        async with cut_after(conn, self._lease):
            found = await tail.read(conn, self._mapper, self._position, KINDS)
            wanted = Wanted.of(found.events)
            asked = await pending.asked(conn, self._mapper, wanted, self._clock())
        if self._noted.is_due(found.position, found=bool(found.events)):
            try:
                await self._send_first(asked)
            finally:  # what could not be sent is due
                async with cut_after(conn, self._lease):
                    await pending.note(conn, wanted, asked, found.position)
            self._noted.note(found.position)
        self._position = found.position
        return found.is_behind

    async def _send_first(self, asked: list[Asked]) -> None:
        """Send what is new before it is noted, unless there may be others before it.

        To note it, find it due and mark it would cost twice as much. After a crash before the note
        it is read again, and its message is the same.
        """
        self._may_be_due |= len(asked) > SENDS_AT_ONCE
        if not self._may_be_due:
            for number, one in enumerate(asked):
                sequence = await self._publish(one)
                now = self._clock()
                asked[number] = one.after(sequence, now, now + pause_after(1))

    async def _send_due(self, conn: PipelinedConnection) -> bool:
        """Send what is due; True if there may be more."""
        async with cut_after(conn, self._lease):
            due = await pending.due(conn, self._clock(), SENDS_AT_ONCE)
        for one in due:
            if one.sequence is None:
                await self._send(conn, one)
            else:
                await self._reconcile(conn, one, one.sequence)
        return len(due) == SENDS_AT_ONCE

    async def _send(self, conn: PipelinedConnection, one: Pending) -> None:
        sequence = await self._publish(one)
        now = self._clock()
        async with cut_after(conn, self._lease):
            await pending.mark_sent(
                conn, one.request_id, sequence, now, now + pause_after(one.sends + 1)
            )

    async def _publish(self, one: Pending) -> int:
        message = ScreenshotUploaded(
            request_id=one.request_id,
            match_id=one.match_id,
            correlation_id=one.correlation_id,
            screenshot=one.screenshot,
        )
        # The first id stays the same, so that sending again after trouble changes nothing. One
        # that is sent on purpose once more has a new id, or the stream would swallow it.
        message_id = f"{one.request_id}:{one.sends}" if one.sends else str(one.request_id)
        sequence = await self._queue.publish(message, message_id)
        log.info("relayed match=%s request=%s sends=%d", one.match_id, one.request_id, one.sends)
        return sequence

    async def _reconcile(self, conn: PipelinedConnection, one: Pending, sequence: int) -> None:
        state = await self._queue.state()
        is_held = sequence >= state.first_sequence and await self._queue.holds(sequence)
        is_delivered = sequence <= state.delivered
        what = fate(one, is_held=is_held, is_delivered=is_delivered, now=self._clock())
        match what:
            case Fate.SEND:
                await self._send(conn, one)
            case Fate.REPLACE:
                await self._queue.remove(sequence)
                await self._send(conn, one)
            case Fate.WAIT:
                await self._postpone(conn, one)
            case Fate.GIVE_UP:
                await self._queue.remove(sequence)
                await give_up(self._client.jetstream(), one, one.sends)
                await self._postpone(conn, one)
            case _:
                assert_never(what)

    async def _postpone(self, conn: PipelinedConnection, one: Pending) -> None:
        async with cut_after(conn, self._lease):
            await pending.postpone(conn, one.request_id, self._clock() + pause_after(one.sends))

    async def _look_at_streams(self, conn: PipelinedConnection) -> StreamState:
        """Where a stream was made anew, what it held is due again. Gives the state of the queue."""
        readings = await stream_state(self._client, READINGS_STREAM)
        queue = await stream_state(self._client, SCREENSHOTS_STREAM)
        async with cut_after(conn, self._lease):
            await self._note(conn, READINGS_STREAM, readings)
            if await self._note(conn, SCREENSHOTS_STREAM, queue):
                self._queue.begin(queue)
        self._looked_at = monotonic()
        self._may_be_due = True
        return queue

    async def _note(self, conn: PipelinedConnection, stream: str, state: StreamState) -> bool:
        return await relay_streams.note(conn, stream, state, self._clock())
