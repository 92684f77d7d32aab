"""The use case: a picture becomes a reading, or the reason why there is none."""

from time import perf_counter

from msgspec.structs import replace

from events.reading import FailureReason, Reading, Unreadable
from ocr_service.engine import TextEngine
from ocr_service.likeness import likeness
from ocr_service.looked import Looked
from ocr_service.screen import decode, read_screen
from ocr_service.thumbnails import thumbnail


def read(picture: bytes, engine: TextEngine) -> Reading | Unreadable:
    """Read the bytes of a PNG, JPEG or WebP."""
    return look(picture, engine).outcome


def look(picture: bytes, engine: TextEngine) -> Looked:
    """Read a picture, and make a small one of it while it is decoded."""
    started = perf_counter()
    image = decode(picture)
    if image is None:
        return Looked(
            Unreadable(
                reason=FailureReason.UNREADABLE,
                detail="This file is damaged or no picture, so nothing could be read from it.",
            )
        )
    outcome = read_screen(image, engine)
    if isinstance(outcome, Reading):
        milliseconds = round((perf_counter() - started) * 1000)
        outcome = replace(outcome, milliseconds=milliseconds, likeness=likeness(image))
    return Looked(outcome, thumbnail(image))
