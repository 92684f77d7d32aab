"""The streams and consumers of the bus: set up and brought up to date by `migrate` alone."""

from typing import Final

from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from events.bus import (
    EXTRACTION_FAILED,
    EXTRACTION_FAILED_CONSUMER,
    OCR_ACK_SECONDS,
    OCR_CONSUMER,
    READINGS_STREAM,
    SCREENSHOT_UPLOADED,
    SCREENSHOTS_STREAM,
    STATS_EXTRACTED,
    STATS_EXTRACTED_CONSUMER,
)

DUPLICATE_WINDOW_SECONDS: Final = 120
INBOX_ACK_SECONDS: Final = 30

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
)


def _consumer(name: str, subject: str, ack_wait: float, most_pending: int) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=name,
        filter_subject=subject,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ack_wait,
        max_ack_pending=most_pending,
    )


CONSUMERS: Final = (
    (SCREENSHOTS_STREAM, _consumer(OCR_CONSUMER, SCREENSHOT_UPLOADED, OCR_ACK_SECONDS, 1000)),
    (
        READINGS_STREAM,
        _consumer(STATS_EXTRACTED_CONSUMER, STATS_EXTRACTED, INBOX_ACK_SECONDS, 1000),
    ),
    (
        READINGS_STREAM,
        _consumer(EXTRACTION_FAILED_CONSUMER, EXTRACTION_FAILED, INBOX_ACK_SECONDS, 1000),
    ),
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
