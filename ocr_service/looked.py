"""What comes of looking at one picture."""

from msgspec import Struct

from events.reading import Reading, Unreadable


class Looked(Struct, frozen=True):
    """The reading or why there is none, and a small picture where it could be decoded."""

    outcome: Reading | Unreadable
    thumbnail: bytes | None = None
