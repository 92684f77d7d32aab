"""How long a caller wants to wait: the `Prefer` header (RFC 7240)."""

from typing import Final
from urllib.request import parse_http_list

from msgspec import Struct

READING_SECONDS: Final = 10.0
LONGEST_READING_SECONDS: Final = 60.0
SHOWN_SECONDS: Final = 1.0
# Of a longer header no more is read.
LONGEST: Final = 1000


class Waiting(Struct, frozen=True):
    """Seconds to wait for a reading, and for the read models to show a command."""

    reading: float
    shown: float


def waiting(prefer: str) -> Waiting:
    """What `prefer` asks for; what is not understood is ignored, as the RFC says."""
    preferences = _preferences(prefer[:LONGEST]) if prefer else {}
    if "respond-async" in preferences:
        return Waiting(0, 0)
    seconds = preferences.get("wait", "")
    if seconds.isascii() and seconds.isdigit():
        return Waiting(min(float(seconds), LONGEST_READING_SECONDS), SHOWN_SECONDS)
    return Waiting(READING_SECONDS, SHOWN_SECONDS)


def _preferences(prefer: str) -> dict[str, str]:
    """The values by name, without their parameters; of a name said twice the first counts."""
    preferences: dict[str, str] = {}
    for preference in parse_http_list(prefer):
        name, _, value = preference.partition(";")[0].partition("=")
        preferences.setdefault(name.strip().lower(), value.strip().strip('"'))
    return preferences
