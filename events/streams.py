"""The streams and consumers of the bus: set up and brought up to date by `migrate` alone."""

from typing import Final

from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from events.bus import (
    DEAD_LETTERS_CONSUMER,
    DEAD_LETTERS_STREAM,
    EXTRACTION_FAILED,
    EXTRACTION_FAILED_CONSUMER,
    OCR_ACK_SECONDS,
    OCR_CONSUMER,
    OCR_MOST_DELIVERIES,
    READINGS_STREAM,
    SCREENSHOT_UPLOADED,
    SCREENSHOTS_STREAM,
    STATS_EXTRACTED,
    STATS_EXTRACTED_CONSUMER,
)

DUPLICATE_WINDOW_SECONDS: Final = 120
# Taking an answer in takes less, or is given up. A worker behind a line that fell silent may hold
# one; nobody else gets it sooner, and a player waits for it.
INBOX_ACK_SECONDS: Final = 6
DEAD_LETTERS_KEPT_SECONDS: Final = 7 * 86_400
# One worker takes one message at a time, so this is how many workers there may be.
MOST_WORKERS: Final = 1000
FOR_EVER: Final = -1
ADVISORIES: Final = "$JS.EVENT.ADVISORY.CONSUMER"

STREAMS: Final = (
    StreamConfig(
        name=SCREENSHOTS_STREAM,
        subjects=["events.match.*"],
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
    ),
    StreamConfig(
        name=READINGS_STREAM,
        subjects=["readings.*"],
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
    ),
    StreamConfig(
        name=DEAD_LETTERS_STREAM,
        subjects=[
            f"{ADVISORIES}.{kind}.{stream}.*"
            for kind in ("MAX_DELIVERIES", "MSG_TERMINATED")
            for stream in (SCREENSHOTS_STREAM, READINGS_STREAM)
        ],
        # Kept for a while after they were dealt with: somebody may want to know.
        retention=RetentionPolicy.LIMITS,
        max_age=DEAD_LETTERS_KEPT_SECONDS,
        storage=StorageType.FILE,
    ),
)


def _consumer(
    name: str, subject: str | None, ack_wait: float, most_deliveries: int = FOR_EVER
) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=name,
        filter_subject=subject,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ack_wait,
        max_ack_pending=MOST_WORKERS,
        max_deliver=most_deliveries,
    )


CONSUMERS: Final = (
    (
        SCREENSHOTS_STREAM,
        _consumer(OCR_CONSUMER, SCREENSHOT_UPLOADED, OCR_ACK_SECONDS, OCR_MOST_DELIVERIES),
    ),
    # An answer is tried for as long as it takes: the database may be away for hours.
    (READINGS_STREAM, _consumer(STATS_EXTRACTED_CONSUMER, STATS_EXTRACTED, INBOX_ACK_SECONDS)),
    (READINGS_STREAM, _consumer(EXTRACTION_FAILED_CONSUMER, EXTRACTION_FAILED, INBOX_ACK_SECONDS)),
    (DEAD_LETTERS_STREAM, _consumer(DEAD_LETTERS_CONSUMER, None, INBOX_ACK_SECONDS)),
)


async def set_up(client: Client) -> None:
    """Make the streams and consumers, or change them to what stands here; safe to repeat."""
    manager = client.jsm()
    for stream in STREAMS:
        try:
            await manager.stream_info(stream.name or "")
        except NotFoundError:
            await manager.add_stream(stream)
        else:
            await manager.update_stream(stream)
    for stream_name, consumer in CONSUMERS:
        await manager.add_consumer(stream_name, consumer)
