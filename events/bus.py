"""What travels between the parts over NATS JetStream: subjects, streams and messages.

Messages are not history: the log is. Any stream may be dropped and filled again from the log.
"""

from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from events.reading import FailureReason, Reading

SCREENSHOTS_STREAM: Final = "SCREENSHOTS"
SCREENSHOT_UPLOADED: Final = "events.match.screenshot_uploaded"
OCR_CONSUMER: Final = "ocr"

READINGS_STREAM: Final = "READINGS"
STATS_EXTRACTED: Final = "readings.stats_extracted"
EXTRACTION_FAILED: Final = "readings.extraction_failed"
STATS_EXTRACTED_CONSUMER: Final = "inbox_extracted"
EXTRACTION_FAILED_CONSUMER: Final = "inbox_failed"

# How a reading goes on: kept by no stream, for it is news or nothing.
READING_STEPS: Final = "steps.reading"

# What the server says of messages that nobody could finish.
DEAD_LETTERS_STREAM: Final = "DEAD_LETTERS"
DEAD_LETTERS_CONSUMER: Final = "dead_letters"

# How long one request for messages waits at the server; after a broken connection this long may
# pass until the next.
FETCH_SECONDS: Final = 2.0
# An unfinished reading is given to another worker when nothing was heard of it for this long.
OCR_ACK_SECONDS: Final = 6.0
# A message that ends its workers before they can answer is given up after so many. An OCR that
# lives gives up sooner, by itself: the rest is for workers and servers that died for other reasons.
OCR_MOST_DELIVERIES: Final = 8
GREATEST_RETRY_SECONDS: Final = 30.0


class ScreenshotUploaded(Struct, frozen=True, kw_only=True):
    """A stored picture waits to be read. `request_id` is the id of the event that asked for it."""

    request_id: UUID
    match_id: UUID
    correlation_id: UUID
    screenshot: str


class Step(StrEnum):
    """How far the reading of a picture has come."""

    QUEUED = "queued"
    STARTED = "started"
    LOADED = "loaded"
    READ = "read"
    AGAIN = "again"


class ReadingStep(Struct, frozen=True, kw_only=True):
    """A reading went on; `attempt` counts from 1. Any of these may be lost."""

    request_id: UUID
    match_id: UUID
    step: Step
    attempt: int


class StatsExtracted(Struct, frozen=True, kw_only=True):
    """The OCR read the picture."""

    request_id: UUID
    match_id: UUID
    correlation_id: UUID
    reading: Reading


class ExtractionFailed(Struct, frozen=True, kw_only=True):
    """The OCR gave up on the picture; `detail` is a sentence for the player."""

    request_id: UUID
    match_id: UUID
    correlation_id: UUID
    reason: FailureReason
    detail: str
    attempts: int


def retry_delay(delivered: int) -> float:
    """Seconds to wait before a message that was delivered `delivered` times comes again."""
    return float(min(0.5 * 2 ** (delivered - 1), GREATEST_RETRY_SECONDS))
