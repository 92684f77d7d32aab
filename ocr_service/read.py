"""The use case: a picture becomes a reading, or the reason why there is none."""

from time import perf_counter

from msgspec.structs import replace

from events.reading import FailureReason, Reading, Unreadable
from ocr_service.engine import TextEngine
from ocr_service.screen import decode, read_screen


def read(picture: bytes, engine: TextEngine) -> Reading | Unreadable:
    """Read the bytes of a PNG, JPEG or WebP."""
    started = perf_counter()
    image = decode(picture)
    if image is None:
        return Unreadable(
            reason=FailureReason.UNREADABLE,
            detail="This file is damaged or no picture, so nothing could be read from it.",
        )
    outcome = read_screen(image, engine)
    if isinstance(outcome, Unreadable):
        return outcome
    return replace(outcome, milliseconds=round((perf_counter() - started) * 1000))
