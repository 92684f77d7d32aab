"""The FastStream consumer: an uploaded screenshot comes in from the bus, its reading goes out."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Final, Protocol

from fast_depends.msgspec import MsgSpecSerializer
from faststream import AckPolicy, FastStream
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from nats.js.errors import NotFoundError

from events.bus import (
    EXTRACTION_FAILED,
    FETCH_SECONDS,
    OCR_ACK_SECONDS,
    OCR_CONSUMER,
    READINGS_STREAM,
    SCREENSHOT_UPLOADED,
    SCREENSHOTS_STREAM,
    STATS_EXTRACTED,
    ExtractionFailed,
    ScreenshotUploaded,
    StatsExtracted,
    retry_delay,
)
from events.reading import FailureReason, Reading, Unreadable
from events.screenshots import Screenshots

# A reading that failed for no fault of the picture is tried this often in all.
MOST_TRIES: Final = 4
PUBLISH_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 2.0
GAVE_UP: Final = "The reading of this picture failed again and again; it is not your fault."
# The picture itself is at fault: no retry helps, whatever the engine.
log = logging.getLogger(__name__)


class Reader(Protocol):
    """Reads pictures off the event loop."""

    async def read(self, picture: bytes) -> Reading | Unreadable:
        """Read the bytes of a PNG, JPEG or WebP."""


def create_app(broker: NatsBroker, screenshots: Screenshots, reader: Reader) -> FastStream:
    """The consumer on `broker`; its stream and its consumer were made by `migrate`."""
    app = FastStream(broker)

    @broker.subscriber(
        SCREENSHOT_UPLOADED,
        stream=JStream(SCREENSHOTS_STREAM, declare=False),
        durable=OCR_CONSUMER,
        pull_sub=PullSub(batch_size=1, timeout=FETCH_SECONDS),
        ack_policy=AckPolicy.MANUAL,
    )
    async def read_screenshot(upload: ScreenshotUploaded, message: NatsMessage) -> None:
        attempt = message.raw_message.metadata.num_delivered or 1
        async with _heartbeat(message):
            try:
                outcome = await reader.read(await screenshots.get(upload.screenshot))
            except Exception:
                log.exception("reading failed: match=%s attempt=%d", upload.match_id, attempt)
                if attempt < MOST_TRIES:
                    await message.raw_message.nak(delay=retry_delay(attempt))
                    return
                outcome = Unreadable(reason=FailureReason.CRASHED, detail=GAVE_UP)
            await _answer(broker, upload, outcome, attempt)
        await message.raw_message.ack_sync()

    return app


def create_broker(servers: str) -> NatsBroker:
    """A broker that connects again for ever, and speaks in structs."""
    return NatsBroker(
        servers.split(","),
        serializer=MsgSpecSerializer(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
    )
