"""The subjects of the bus, for the published description: who says what there, and to whom."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from events import bus
from events.dead_letters import Advisory
from events.streams import ADVISORIES


class Channel(Struct, frozen=True, kw_only=True):
    """A subject of the bus: who sends what there, and who takes it in.

    `consumer` is the one of its stream, or the queue where no stream keeps the messages.
    """

    name: str
    subject: str
    message: type[Struct]
    says: str
    sender: str
    receiver: str
    stream: str = ""
    consumer: str = ""


CHANNELS: Final = (
    Channel(
        name="screenshotUploaded",
        subject=bus.SCREENSHOT_UPLOADED,
        message=bus.ScreenshotUploaded,
        says="Pictures that wait to be read, in the order of the log.",
        sender="relay",
        receiver="ocr",
        stream=bus.SCREENSHOTS_STREAM,
        consumer=bus.OCR_CONSUMER,
    ),
    Channel(
        name="statsExtracted",
        subject=bus.STATS_EXTRACTED,
        message=bus.StatsExtracted,
        says="What was read.",
        sender="ocr",
        receiver="inbox",
        stream=bus.READINGS_STREAM,
        consumer=bus.STATS_EXTRACTED_CONSUMER,
    ),
    Channel(
        name="extractionFailed",
        subject=bus.EXTRACTION_FAILED,
        message=bus.ExtractionFailed,
        says="Pictures that could not be read, and why.",
        sender="ocr",
        receiver="inbox",
        stream=bus.READINGS_STREAM,
        consumer=bus.EXTRACTION_FAILED_CONSUMER,
    ),
    Channel(
        name="readingStep",
        subject=bus.READING_STEPS,
        message=bus.ReadingStep,
        says="How a reading goes on. No stream keeps it: it is news or nothing.",
        sender="ocr",
        receiver="api",
    ),
    Channel(
        name="deadLetter",
        subject=f"{ADVISORIES}.{{kind}}.{{stream}}.{{consumer}}",
        message=Advisory,
        says="What the server says of messages that nobody could finish.",
        sender="nats",
        receiver="followers",
        stream=bus.DEAD_LETTERS_STREAM,
        consumer=bus.DEAD_LETTERS_CONSUMER,
    ),
)
PARAMETERS: Final[Mapping[str, Any]] = {
    "kind": {"enum": ["MAX_DELIVERIES", "MSG_TERMINATED"]},
    "stream": {"enum": [bus.SCREENSHOTS_STREAM, bus.READINGS_STREAM]},
    "consumer": {"description": "The consumer that could not finish it."},
}
