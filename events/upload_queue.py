"""The queue of pictures to be read, as its one writer sees it: a chain that nobody may enter."""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct
from nats.aio.client import Client
from nats.js.errors import BadRequestError, NotFoundError

from events.bus import OCR_CONSUMER, SCREENSHOT_UPLOADED, SCREENSHOTS_STREAM, ScreenshotUploaded

ANSWER_SECONDS: Final = 2.0
# Error code of the server: the stream does not end where the publisher says.
WRONG_LAST_SEQUENCE: Final = 10071


class ChainBroken(Exception):
    """Somebody else wrote into the queue: whoever meets this does not lead any more."""


class StreamState(Struct, frozen=True, kw_only=True):
    """How a stream was seen. One that is made anew has another time of creation."""

    created_at: datetime
    last_sequence: int

    def is_lost(self, before: "StreamState | None") -> bool:
        """Whether the stream that was seen before is gone, and with it what it held."""
        return (
            before is None
            or self.created_at != before.created_at
            or self.last_sequence < before.last_sequence
        )


class QueueState(Struct, frozen=True, kw_only=True):
    """What the queue still holds, and how far it was handed out, by sequence."""

    first_sequence: int
    delivered: int


async def stream_state(client: Client, stream: str) -> StreamState:
    """The stream as it is now; raises `NotFoundError` before `migrate` has made it."""
    info = await client.jsm(timeout=ANSWER_SECONDS).stream_info(stream)
    if info.created is None:
        raise NotFoundError(description=f"the stream {stream} does not say when it was made")
    return StreamState(created_at=info.created, last_sequence=info.state.last_seq)


class UploadQueue:
    """Publishes after what it last saw, and nowhere else.

    The end of the chain is a sequence number, not the id of the last message: the server forgets
    that id when it starts again with an empty queue, but not the number.
    """

    def __init__(self, client: Client) -> None:
        self._stream = client.jetstream(timeout=ANSWER_SECONDS)
        self._manager = client.jsm(timeout=ANSWER_SECONDS)
        self._end = 0

    def begin(self, state: StreamState) -> None:
        """Go on after the last message of the stream, whoever wrote it."""
        self._end = state.last_sequence

    async def publish(self, message: ScreenshotUploaded, message_id: str) -> int:
        """Publish and give the sequence of the message.

        One with an id that the stream has seen in the last two minutes is not stored again; its
        first sequence is given. Raises `ChainBroken`, and `nats.errors.Error` when it is not
        known whether the message was stored.
        """
        try:
            stored = await self._stream.publish(
                SCREENSHOT_UPLOADED,
                msgspec.json.encode(message),
                timeout=ANSWER_SECONDS,
                stream=SCREENSHOTS_STREAM,
                headers={
                    "Nats-Msg-Id": message_id,
                    "Nats-Expected-Last-Sequence": str(self._end),
                    "content-type": "application/json",
                },
            )
        except BadRequestError as error:
            if error.err_code == WRONG_LAST_SEQUENCE:
                raise ChainBroken(f"The queue does not end at {self._end}: {error}") from error
            raise
        self._end = max(self._end, stored.seq)
        return stored.seq

    async def state(self) -> QueueState:
        """What was handed out and what was taken."""
        info = await self._manager.stream_info(SCREENSHOTS_STREAM)
        consumer = await self._manager.consumer_info(SCREENSHOTS_STREAM, OCR_CONSUMER)
        delivered = consumer.delivered.stream_seq if consumer.delivered else 0
        return QueueState(first_sequence=info.state.first_seq, delivered=delivered)

    async def holds(self, sequence: int) -> bool:
        """Whether the message was not taken for good yet."""
        try:
            await self._manager.get_msg(SCREENSHOTS_STREAM, sequence)
        except NotFoundError:
            return False
        return True

    async def remove(self, sequence: int) -> None:
        """Take a message out, if it is there."""
        if await self.holds(sequence):
            await self._manager.delete_msg(SCREENSHOTS_STREAM, sequence)
