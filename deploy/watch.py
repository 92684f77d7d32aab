"""Looks after the parts: every second it notes how each is, for `/readyz` to tell."""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

import nats.errors
import psycopg
from nats.aio.client import Client
from psycopg import AsyncConnection

from command_api.confirmations import deadlines
from deploy.standstill import Standstill
from events import pending
from events.bus import (
    EXTRACTION_FAILED_CONSUMER,
    OCR_CONSUMER,
    READINGS_STREAM,
    SCREENSHOTS_STREAM,
    STATS_EXTRACTED_CONSUMER,
)
from events.leading import connected, cut_after
from events.parts import SAYS_EVERY, say

# The followers that are no projections, and the parts that they stand for.
PART_OF: Final = {pending.FOLLOWER: "relay", deadlines.FOLLOWER: "confirmations"}
ANSWER_SECONDS: Final = 1.0
LOOKS_WITHIN_SECONDS: Final = 5.0
# A worker asks for the next message again and again; between two requests nobody may be waiting.
MISSED_LOOKS: Final = 3

Trouble = Callable[[], str | None]

log = logging.getLogger(__name__)


class Watch:
    """Looks at the broker's consumers and the followers' places, and listens to the followers."""

    def __init__(self, conninfo: str, client: Client, troubles: dict[str, Trouble]) -> None:
        self._conninfo = conninfo
        self._client = client
        self._troubles = troubles
        self._missed: dict[str, int] = {}
        self._standstill = Standstill()

    async def run(self) -> None:
        """Look and note until cancelled."""
        while True:
            try:
                async with connected(self._conninfo) as conn:
                    self._standstill.forget()
                    while True:
                        async with cut_after(conn, LOOKS_WITHIN_SECONDS):
                            await say(conn, await self._look(conn))
                        await asyncio.sleep(SAYS_EVERY.total_seconds())
            except psycopg.Error as error:
                log.warning("watch: the database is away: %s", error)
                await asyncio.sleep(SAYS_EVERY.total_seconds())

    async def _look(self, conn: AsyncConnection[Any]) -> dict[str, str | None]:
        behind = await self._behind(conn)
        return {
            **await self._queues(),
            **{part: trouble() or behind.get(part) for part, trouble in self._troubles.items()},
        }

    async def _queues(self) -> dict[str, str | None]:
        if broker := await self._broker():
            return dict.fromkeys(("broker", "inbox", "ocr"), broker)
        inbox = (
            await self._worker("inbox", READINGS_STREAM, STATS_EXTRACTED_CONSUMER),
            await self._worker("inbox", READINGS_STREAM, EXTRACTION_FAILED_CONSUMER),
        )
        return {
            "broker": None,
            "inbox": inbox[0] or inbox[1],
            "ocr": await self._worker("ocr", SCREENSHOTS_STREAM, OCR_CONSUMER),
        }

    async def _broker(self) -> str | None:
        """A server that hangs keeps its connections: it has to be asked."""
        if not self._client.is_connected:
            return "NATS cannot be reached."
        try:
            await self._client.jsm(timeout=ANSWER_SECONDS).account_info()
        except (nats.errors.Error, OSError):
            return "NATS does not answer."
        return None

    async def _worker(self, part: str, stream: str, consumer: str) -> str | None:
        """Whether somebody waits for messages of the consumer or works on one."""
        try:
            manager = self._client.jsm(timeout=ANSWER_SECONDS)
            info = await manager.consumer_info(stream, consumer)
        except (nats.errors.Error, OSError):
            return f"The queue of the {part} cannot be looked at."
        if info.num_waiting or info.num_ack_pending:
            self._missed[consumer] = 0
            return None
        self._missed[consumer] = self._missed.get(consumer, 0) + 1
        if self._missed[consumer] < MISSED_LOOKS:
            return None
        return f"No worker of the {part} takes messages."

    async def _behind(self, conn: AsyncConnection[Any]) -> dict[str, str]:
        """The followers that stand still although the log goes on."""
        cursor = await conn.execute(
            """
            SELECT follower, position, (SELECT max(notification_id) FROM log.events)
            FROM log.checkpoints
            """
        )
        rows = await cursor.fetchall()
        head = rows[0][2] or 0 if rows else 0
        places = [(follower, position) for follower, position, _ in rows]
        stuck = self._standstill.stuck(places, head, monotonic())
        return {PART_OF.get(name, "projections"): sentence for name, sentence in stuck.items()}
