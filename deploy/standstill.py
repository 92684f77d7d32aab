"""Followers that stand still although the log goes on."""

from collections.abc import Iterable
from typing import Final

STUCK_AFTER_SECONDS: Final = 5.0


class Standstill:
    """Where each follower was seen, and since when it has been there with more to follow."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}

    def forget(self) -> None:
        """Begin anew: while nobody could look, nobody could go on."""
        self._seen.clear()

    def stuck(self, places: Iterable[tuple[str, int]], head: int, now: float) -> dict[str, str]:
        """A sentence for each follower that has not moved for a while, though the log did.

        `places` are followers with their positions, `head` is that of the last event, and `now`
        a time in seconds.
        """
        sentences = {}
        for follower, position in places:
            last, since = self._seen.get(follower, (None, now))
            if position != last or position >= head:
                self._seen[follower] = (position, now)
            elif now - since > STUCK_AFTER_SECONDS:
                sentences[follower] = (
                    f"It stands still at {position}, and the log has come to {head}."
                )
        return sentences
