"""Messages that no worker could finish: their matches are told, instead of waiting for ever."""

import logging
from datetime import datetime
from typing import Final

import msgspec
import nats.errors
import psycopg
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg

from events import pending
from events.bus import (
    DEAD_LETTERS_CONSUMER,
    DEAD_LETTERS_STREAM,
    FETCH_SECONDS,
    SCREENSHOTS_STREAM,
    retry_delay,
)
from events.given_up import give_up
from events.leading import LEASE_SECONDS, connected, cut_after
from events.pending import Pending
from events.upload_queue import ANSWER_SECONDS, UploadQueue, stream_state
from events.waiting_out import wait_out

# The relay notes a message just after the queue has it: somebody may be quicker.
MOST_LOOKS: Final = 5

log = logging.getLogger(__name__)


class Advisory(Struct, frozen=True, kw_only=True):
    """What the server says of a message that it delivers no more."""

    stream: str
    consumer: str
    stream_seq: int
    deliveries: int
    timestamp: datetime


class DeadLetters:
    """Takes up dead messages of the upload queue until cancelled; any number may run."""

    def __init__(self, conninfo: str, client: Client) -> None:
        self._conninfo = conninfo
        self._client = client
        self._stream = client.jetstream(timeout=ANSWER_SECONDS)
        self._queue = UploadQueue(client)

    async def run(self) -> None:
        """Take up until cancelled; trouble with either server is waited out."""
        await wait_out((psycopg.Error, nats.errors.Error, OSError), self._take, _tell)

    async def _take(self) -> None:
        letters = await self._stream.pull_subscribe_bind(
            consumer=DEAD_LETTERS_CONSUMER, stream=DEAD_LETTERS_STREAM
        )
        try:
            while True:
                try:
                    [message] = await letters.fetch(1, timeout=FETCH_SECONDS)
                except TimeoutError:
                    continue
                looks = message.metadata.num_delivered or 1
                if await self._is_settled(message, looks):
                    await message.ack_sync()
                else:
                    await message.nak(delay=retry_delay(looks))
        finally:
            if self._client.is_connected:
                await letters.unsubscribe()

    async def _is_settled(self, message: Msg, looks: int) -> bool:
        """Do what is to be done; False if the letter has to come again."""
        try:
            advisory = msgspec.json.decode(message.data, type=Advisory)
        except msgspec.DecodeError:
            log.exception("no dead letter: %s", message.data.decode(errors="replace"))
            return True
        if advisory.stream != SCREENSHOTS_STREAM:
            # The relay asks for the reading once more when its outcome does not come.
            log.error("an answer was put away: %s", message.data.decode())
            return True
        queue = await stream_state(self._client, SCREENSHOTS_STREAM)
        if advisory.timestamp < queue.created_at:
            log.warning("a dead letter of a queue that is gone: %s", message.data.decode())
            return True
        letter = await self._sent_at(advisory.stream_seq)
        if letter:
            await give_up(self._stream, letter, advisory.deliveries)
            log.error("given up: match=%s deliveries=%d", letter.match_id, advisory.deliveries)
        elif looks < MOST_LOOKS:
            return False
        # Otherwise there is an outcome by now, or a newer message.
        await self._queue.remove(advisory.stream_seq)
        return True

    async def _sent_at(self, sequence: int) -> Pending | None:
        async with connected(self._conninfo) as conn, cut_after(conn, LEASE_SECONDS):
            return await pending.at_sequence(conn, sequence)


def _tell(error: Exception) -> None:
    log.warning("dead letters wait: %s %s", type(error).__name__, error)
