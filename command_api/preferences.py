"""How long a caller wants to wait: the `Prefer` header (RFC 7240)."""

from typing import Final

from msgspec import Struct

READING_SECONDS: Final = 10.0
LONGEST_READING_SECONDS: Final = 60.0
SHOWN_SECONDS: Final = 1.0


class Waiting(Struct, frozen=True):
    """Seconds to wait for a reading, and for the read models to show a command."""

    reading: float
    shown: float


def waiting(prefer: str) -> Waiting:
    """What `prefer` asks for; what is not understood is ignored, as the RFC says."""
    preferences = {part.strip().lower() for part in prefer.split(",")}
    if "respond-async" in preferences:
        return Waiting(0, 0)
    for preference in preferences:
        name, _, value = preference.partition("=")
        if name.strip() == "wait" and value.strip().isascii() and value.strip().isdigit():
            return Waiting(min(float(value), LONGEST_READING_SECONDS), SHOWN_SECONDS)
    return Waiting(READING_SECONDS, SHOWN_SECONDS)
