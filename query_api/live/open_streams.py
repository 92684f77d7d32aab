"""The streams that are open in this process: whose they are, and how many."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from events.refusals import TooManyRequests, Unavailable
from events.revocations import Revocations
from query_api.live.messages import Reason
from query_api.live.stream import Stream

MOST_OF_ONE: Final = 10
# The other connections that the server takes are left to requests.
MOST: Final = 6000
# Whatever is heard wakes it before.
LOOK_EVERY_SECONDS: Final = 60.0
TOO_MANY: Final = f"There are {MOST_OF_ONE} open streams of this player already; close one."
NO_MORE: Final = "No more streams can be opened here at this moment; try again soon."


class OpenStreams:
    """Knows every open stream, and ends those of ended sessions. Somebody has to `run` it."""

    def __init__(self, revocations: Revocations) -> None:
        self._revocations = revocations
        self._of: dict[UUID, set[Stream]] = {}
        self._count = 0
        self._is_ending = False

    def __len__(self) -> int:
        return self._count

    def of(self, owner_id: UUID) -> Collection[Stream]:
        """The streams of a player."""
        return self._of.get(owner_id, ())

    def refuse_too_many(self, owner_id: UUID) -> None:
        """Raise `TooManyRequests` or `Unavailable` where the player may not open another one."""
        if self._is_ending or self._count >= MOST:
            raise Unavailable(NO_MORE)
        if len(self.of(owner_id)) >= MOST_OF_ONE:
            raise TooManyRequests(TOO_MANY, 1)

    @contextmanager
    def with_one_more(self, stream: Stream) -> Iterator[None]:
        """Hold the stream open."""
        self._of.setdefault(stream.owner_id, set()).add(stream)
        self._count += 1
        if self._is_ending:
            stream.end(Reason.STOPPING)
        try:
            yield
        finally:
            self._count -= 1
            others = self._of[stream.owner_id]
            others.discard(stream)
            if not others:
                del self._of[stream.owner_id]

    def end_all(self) -> None:
        """Say goodbye to everybody, for this process is about to stop."""
        self._is_ending = True
        for stream in self._all():
            stream.end(Reason.STOPPING)

    async def run(self) -> None:
        """End streams with their sessions until cancelled."""
        while True:
            await self._revocations.news(LOOK_EVERY_SECONDS)
            for stream in self._all():
                if self._revocations.knows_ended(stream.session_id):
                    stream.end(Reason.SESSION_ENDED)

    def _all(self) -> list[Stream]:
        return [stream for streams in self._of.values() for stream in streams]
