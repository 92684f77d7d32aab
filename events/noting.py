"""When a follower that waits for few kinds of events notes how far it has come.

Each note is a write. What was followed without finding anything can be followed again, so nobody
has to know of it at once; but who looks after the parts wants to see that they go on.
"""

from time import monotonic
from typing import Final

NOTED_AFTER_SECONDS: Final = 1.0


class Noted:
    """The place that was noted last, and when."""

    def __init__(self, position: int) -> None:
        self._position = position
        self._since = monotonic()

    def is_due(self, position: int, *, found: bool) -> bool:
        """Whether `position` is to be noted now; `found`: there was something on the way."""
        is_old = monotonic() - self._since > NOTED_AFTER_SECONDS
        return found or (position > self._position and is_old)

    def note(self, position: int) -> None:
        """It was noted."""
        self._position = position
        self._since = monotonic()
