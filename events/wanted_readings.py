"""What a batch of events asks to be read, and which readings nobody waits for any more."""

from collections.abc import Iterable
from typing import Final, Self
from uuid import UUID

from events.log import Recorded
from events.matches import (
    ConfirmationRequested,
    ExtractionFailed,
    ExtractionRequested,
    FriendErased,
    MatchErased,
    ScreenshotAttached,
    ScreenshotUploaded,
    StatsExtracted,
)

# Those that matter here.
KINDS: Final = (
    ScreenshotUploaded,
    ExtractionRequested,
    ScreenshotAttached,
    StatsExtracted,
    ExtractionFailed,
    ConfirmationRequested,
    FriendErased,
    MatchErased,
)


class Wanted:
    """The readings that a batch asks for, by request, and what it strikes of those before it.

    `answered` are requests, `erased` matches of which nothing is read any more, and `replaced`
    those whose attached screenshots are not.
    """

    def __init__(self) -> None:
        self.asked: dict[UUID, Recorded] = {}
        self.answered: list[UUID] = []
        self.erased: list[UUID] = []
        self.replaced: list[UUID] = []

    @classmethod
    def of(cls, batch: Iterable[Recorded]) -> Self:
        """What the events of a batch ask for."""
        wanted = cls()
        for recorded in batch:
            wanted.take(recorded)
        return wanted

    def take(self, recorded: Recorded) -> None:
        """Go on with the next event."""
        event = recorded.event
        match event:
            case ScreenshotUploaded() | ExtractionRequested():
                self.asked[event.id] = recorded
            case StatsExtracted() | ExtractionFailed():
                if not self.asked.pop(event.request_id, None):
                    self.answered.append(event.request_id)
            case ScreenshotAttached():
                self._replace(event.match_id)
                self.asked[event.id] = recorded
            case FriendErased():
                self._replace(event.match_id)
            case ConfirmationRequested() if event.code_hash:
                self._replace(event.match_id)  # another one may answer, with another screenshot
            case MatchErased():
                self.erased.append(event.match_id)
                self._forget(event.match_id, only_attached=False)

    def _replace(self, match_id: UUID) -> None:
        self.replaced.append(match_id)
        self._forget(match_id, only_attached=True)

    def _forget(self, match_id: UUID, *, only_attached: bool) -> None:
        for recorded in [e for e in self.asked.values() if e.event.match_id == match_id]:
            if not only_attached or isinstance(recorded.event, ScreenshotAttached):
                del self.asked[recorded.event.id]
