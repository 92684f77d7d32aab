"""How the worker and its reading process talk: frames of four bytes of length, then a message."""

import struct
from typing import Final

from msgspec import Struct

from events.reading import Reading, Unreadable

LENGTH: Final = struct.Struct(">I")
READY: Final = b"ready"


class Answer(Struct, frozen=True):
    """What came of one picture: one of the first two, and perhaps a small picture."""

    reading: Reading | None = None
    failure: Unreadable | None = None
    thumbnail: bytes | None = None


def framed(message: bytes) -> bytes:
    """`message` with its length before it."""
    return LENGTH.pack(len(message)) + message
