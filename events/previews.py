"""A reading that is only looked at: the picture goes to the OCR and the answer back, nothing stays.

Core NATS request and reply, without a stream: a preview that is lost is asked for again by whoever
waits for it.
"""

from typing import Final

from msgspec import Struct

from events.reading import Reading, Unreadable

PREVIEWS: Final = "previews.read"
# Workers share this queue: each picture goes to one of them.
QUEUE: Final = "ocr"


class Preview(Struct, frozen=True, kw_only=True):
    """The OCR's answer to a picture: one of the two is there."""

    reading: Reading | None = None
    unreadable: Unreadable | None = None
