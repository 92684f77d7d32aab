"""Log -> JetStream: uploads are handed to the OCR, by one leader, in the order of the log."""

import asyncio
import logging
from typing import Final

import msgspec
import nats.errors
import nats.js.errors
import psycopg
from eventsourcing.persistence import PersistenceError
from nats.js import JetStreamContext
from psycopg import AsyncConnection

from events.bus import SCREENSHOT_UPLOADED, SCREENSHOTS_STREAM
from events.bus import ScreenshotUploaded as UploadMessage
from events.log import MatchLog, Recorded
from events.matches import ExtractionRequested, ScreenshotUploaded
from events.recorder import APPENDED_CHANNEL

FOLLOWER: Final = "relay"
BATCH: Final = 200
# A notification may be lost: the log is looked at this often in any case.
PATIENCE_SECONDS: Final = 0.5
PAUSE_AFTER_TROUBLE_SECONDS: Final = 0.5
PUBLISH_SECONDS: Final = 5.0

log = logging.getLogger(__name__)


class Relay:
    """Publishes what asks for a reading, at least once, and keeps its place in the log.

    Started any number of times, one leads and the others wait to follow it.
    """

    def __init__(self, conninfo: str, match_log: MatchLog, stream: JetStreamContext) -> None:
        self._conninfo = conninfo
        self._log = match_log
        self._stream = stream
        self.trouble: str | None = "The relay has not begun yet."

    async def run(self) -> None:
        """Relay until cancelled; trouble with either server is waited out."""
        while True:
            try:
                await self._lead()
            except (psycopg.Error, PersistenceError, nats.errors.Error, OSError) as error:
                self.trouble = f"The relay waits: {type(error).__name__} {error}".strip()
                log.warning("%s", self.trouble)
                await asyncio.to_thread(self._log.drop_dead_connections)
                await asyncio.sleep(PAUSE_AFTER_TROUBLE_SECONDS)

    async def _lead(self) -> None:
        """Follow the log for as long as this connection, and so the lead, holds."""
        async with await AsyncConnection.connect(self._conninfo, autocommit=True) as conn:
            await conn.execute(f"LISTEN {APPENDED_CHANNEL}")
            while not await _takes_the_lead(conn):
                self.trouble = None
                await asyncio.sleep(PATIENCE_SECONDS)
            position = await _checkpoint(conn)
            while True:
                batch = await asyncio.to_thread(self._log.read, position, BATCH)
                for recorded in batch:
                    await self._publish(recorded)
                self.trouble = None
                if batch:
                    position = batch[-1].position
                    await _move(conn, position)
                if len(batch) < BATCH:
                    await _appended(conn)

    async def _publish(self, recorded: Recorded) -> None:
        event = recorded.event
        if not isinstance(event, ScreenshotUploaded | ExtractionRequested):
            return
        message = UploadMessage(
            request_id=event.id,
            match_id=event.match_id,
            correlation_id=event.cause.correlation_id,
            screenshot=await self._screenshot(event),
        )
        await self._stream.publish(
            SCREENSHOT_UPLOADED,
            msgspec.json.encode(message),
            timeout=PUBLISH_SECONDS,
            stream=SCREENSHOTS_STREAM,
            headers={"Nats-Msg-Id": str(event.id), "content-type": "application/json"},
        )
        log.info("relayed match=%s request=%s", event.match_id, event.id)

    async def _screenshot(self, event: ScreenshotUploaded | ExtractionRequested) -> str:
        if isinstance(event, ScreenshotUploaded):
            return event.screenshot
        match = await asyncio.to_thread(self._log.load, event.match_id)
        assert match is not None  # noqa: S101  # its event was just read
        return match.screenshot


async def _takes_the_lead(conn: AsyncConnection) -> bool:
    cursor = await conn.execute("SELECT pg_try_advisory_lock(hashtext('tracker relay'))")
    row = await cursor.fetchone()
    return bool(row and row[0])


async def _checkpoint(conn: AsyncConnection) -> int:
    cursor = await conn.execute(
        "SELECT position FROM log.checkpoints WHERE follower = %(follower)s",
        {"follower": FOLLOWER},
    )
    row = await cursor.fetchone()
    return row[0] if row else 0


async def _move(conn: AsyncConnection, position: int) -> None:
    await conn.execute(
        """
        INSERT INTO log.checkpoints (follower, position)
        VALUES (%(follower)s, %(position)s)
        ON CONFLICT (follower)
        DO UPDATE SET position = EXCLUDED.position, moved_at = clock_timestamp()
        """,
        {"follower": FOLLOWER, "position": position},
    )


async def _appended(conn: AsyncConnection) -> None:
    """Wait until something was appended, or the patience ends."""
    async for _ in conn.notifies(timeout=PATIENCE_SECONDS, stop_after=1):
        pass
