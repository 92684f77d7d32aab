"""The FastStream consumer: an uploaded screenshot comes in from the bus, its reading goes out."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, Protocol

import nats.errors
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub

from events.broker import decoded, undecoded
from events.bus import (
    EXTRACTION_FAILED,
    FETCH_SECONDS,
    OCR_ACK_SECONDS,
    OCR_CONSUMER,
    READING_STEPS,
    READINGS_STREAM,
    SCREENSHOT_UPLOADED,
    SCREENSHOTS_STREAM,
    STATS_EXTRACTED,
    ExtractionFailed,
    ReadingStep,
    ScreenshotUploaded,
    StatsExtracted,
    Step,
    retry_delay,
)
from events.reading import FailureReason, Reading, Unreadable
from events.refusals import Unavailable
from events.screenshots import THUMBNAIL_TYPE, ScreenshotMissing, Screenshots, thumbnail_of
from ocr_service.looked import Looked

# A reading that fails for no fault of the picture is tried this often in all.
MOST_TRIES: Final = 4
PUBLISH_SECONDS: Final = 5.0
STORE_AGAIN_SECONDS: Final = 0.5
# A picture at which the reading itself crashes or hangs is given one more chance.
MOST_TRIES_OF_A_BAD_PICTURE: Final = 2
GAVE_UP: Final = "Reading this picture failed several times; try again later, or send another."

log = logging.getLogger(__name__)


class Reader(Protocol):
    """Reads pictures off the event loop."""

    async def look(self, picture: bytes) -> Looked:
        """Read the bytes of a PNG, JPEG or WebP, and make a small picture of it."""


def subscribe(broker: NatsBroker, screenshots: Screenshots, reader: Reader) -> None:
    """Read what comes on `broker`; its stream and its consumer were made by `migrate`."""

    @broker.subscriber(
        SCREENSHOT_UPLOADED,
        stream=JStream(SCREENSHOTS_STREAM, declare=False),
        durable=OCR_CONSUMER,
        pull_sub=PullSub(batch_size=1, timeout=FETCH_SECONDS),
        ack_policy=AckPolicy.MANUAL,
        decoder=undecoded,
    )
    async def read_screenshot(message: NatsMessage) -> None:
        upload = await decoded(message, ScreenshotUploaded)
        if not upload:
            return
        attempt = message.raw_message.metadata.num_delivered or 1

        async def tell(step: Step) -> None:
            told = ReadingStep(
                request_id=upload.request_id, match_id=upload.match_id, step=step, attempt=attempt
            )
            with contextlib.suppress(nats.errors.Error, OSError):
                await broker.publish(told, READING_STEPS)

        async with _heartbeat(message):
            looked = await _look(screenshots, reader, upload, tell)
            outcome = looked.outcome if looked else None
            if attempt < _most_tries(outcome):
                await tell(Step.AGAIN)
                await message.raw_message.nak(delay=retry_delay(attempt))
                return
            given_up = outcome or Unreadable(reason=FailureReason.CRASHED, detail=GAVE_UP)
            await _answer(broker, upload, given_up, attempt, _answer_id(upload, message))
            if looked and looked.thumbnail:
                await keep_thumbnail(screenshots, upload.screenshot, looked.thumbnail)
        await message.raw_message.ack_sync()


async def keep_thumbnail(screenshots: Screenshots, key: str, thumbnail: bytes) -> None:
    """Keep the small picture of the one under `key`; without it, that one is shown."""
    try:
        await screenshots.put(thumbnail_of(key), [thumbnail], THUMBNAIL_TYPE)
        # Its owner may have been erased meanwhile, and with them all their pictures.
        await screenshots.get(key)
    except ScreenshotMissing:
        await screenshots.delete(thumbnail_of(key))
    except Unavailable as away:
        log.warning("no thumbnail of %s: %s", key, away)


async def _look(
    screenshots: Screenshots,
    reader: Reader,
    upload: ScreenshotUploaded,
    tell: Callable[[Step], Awaitable[None]],
) -> Looked | None:
    """What comes of reading; None when that failed for no fault of the picture."""
    try:
        await tell(Step.STARTED)
        picture = await _picture(screenshots, upload)
        await tell(Step.LOADED)
        looked = await reader.look(picture)
    except Exception:
        log.exception("reading failed: match=%s", upload.match_id)
        return None
    await tell(Step.READ)
    return looked


async def _picture(screenshots: Screenshots, upload: ScreenshotUploaded) -> bytes:
    """The picture, as soon as its store can be reached: that it is away is no failed try."""
    while True:
        try:
            return await screenshots.get(upload.screenshot)
        except Unavailable as away:
            log.warning("match=%s has to wait: %s", upload.match_id, away)
            await asyncio.sleep(STORE_AGAIN_SECONDS)


def _most_tries(outcome: Reading | Unreadable | None) -> int:
    if outcome is None:
        return MOST_TRIES
    if isinstance(outcome, Unreadable) and outcome.reason in (
        FailureReason.CRASHED,
        FailureReason.TIMED_OUT,
    ):
        return MOST_TRIES_OF_A_BAD_PICTURE
    return 1


@contextlib.asynccontextmanager
async def _heartbeat(message: NatsMessage) -> AsyncIterator[None]:
    """Say "still at it" while the body runs, so that no other worker is given the message."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(OCR_ACK_SECONDS / 3)
            with contextlib.suppress(nats.errors.Error):
                await message.raw_message.in_progress()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()


def _answer_id(upload: ScreenshotUploaded, message: NatsMessage) -> str:
    """The id of the message that is answered: an upload sent once more may be answered again."""
    return str(message.headers.get("Nats-Msg-Id", upload.request_id))


async def _answer(
    broker: NatsBroker,
    upload: ScreenshotUploaded,
    outcome: Reading | Unreadable,
    attempt: int,
    answer_id: str,
) -> None:
    """Publish the outcome and wait until the stream holds it."""
    answer: StatsExtracted | ExtractionFailed
    if isinstance(outcome, Reading):
        subject = STATS_EXTRACTED
        answer = StatsExtracted(
            request_id=upload.request_id,
            match_id=upload.match_id,
            correlation_id=upload.correlation_id,
            reading=outcome,
        )
    else:
        subject = EXTRACTION_FAILED
        answer = ExtractionFailed(
            request_id=upload.request_id,
            match_id=upload.match_id,
            correlation_id=upload.correlation_id,
            reason=outcome.reason,
            detail=outcome.detail,
            attempts=attempt,
        )
    await broker.publish(
        answer,
        subject,
        stream=READINGS_STREAM,
        timeout=PUBLISH_SECONDS,
        headers={"Nats-Msg-Id": answer_id},
    )
    log.info(
        "%s match=%s attempt=%d correlation=%s",
        type(answer).__name__,
        upload.match_id,
        attempt,
        upload.correlation_id,
    )
