"""One stream: what is still to be sent, and the sending."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Final
from uuid import UUID

from litestar.types import Receive, Send

from events.identity import Access
from events.revocations import Revocations
from query_api.live import messages
from query_api.live.messages import Change, Reason

MOST_WAITING_BYTES: Final = 128 * 1024
BEAT_SECONDS: Final = 15.0
# A client that takes nothing for so long is cut off; a dead one is not noticed otherwise.
STUCK_SECONDS: Final = 20.0
LAST_WORD_SECONDS: Final = 1.0
ASK_AGAIN_SECONDS: Final = 0.25
HEADERS: Final = [
    (b"content-type", messages.MEDIA_TYPE.encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Stream:
    """A stream to one client, of all matches of its player or of one.

    What happens is offered to it, and waits in a bounded buffer. It begins *behind*: `is_behind`
    says that what is missing after `sent` has to be read first. A client that is too slow for the
    buffer falls behind again.
    """

    def __init__(self, access: Access, match_id: UUID | None, since: int) -> None:
        self.owner_id = access.principal.user_id
        self.session_id = access.principal.session_id
        self.match_id = match_id
        self.ends_at = monotonic() + (access.until - datetime.now(UTC)).total_seconds()
        self.sent = since
        self.is_behind = True
        self.is_left = False
        self.reason: Reason | None = None
        self.sent_at = monotonic()  # or when it was opened
        self._since = since
        self._is_beat_due = False
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._patience: asyncio.Timeout | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether more is to be sent than a last word."""
        return not (self.is_left or self.reason)

    def offer(self, changed: Change, message: bytes) -> None:
        """Something happened; changes are offered in order."""
        if changed.position > self._since and self.match_id in (None, changed.match_id):
            self._keep(changed.position, message)

    def offer_step(self, match_id: UUID, message: bytes) -> None:
        """A reading went on; who is behind is not told."""
        if not self.is_behind and self.match_id in (None, match_id):
            self._keep(0, message)

    def beat(self) -> None:
        """Send a comment."""
        self._is_beat_due = True
        self._news.set()

    def end(self, reason: Reason) -> None:
        """Say goodbye after what is being sent."""
        self.reason = self.reason or reason
        self._news.set()
        if self._patience:
            with suppress(RuntimeError):  # it is over already
                self._patience.reschedule(asyncio.get_running_loop().time() + LAST_WORD_SECONDS)

    def leave(self) -> None:
        """The client is gone."""
        self.is_left = True
        self._news.set()

    def catch_up(self, upto: int) -> None:
        """Collect what is offered after `upto`: what happened until then is being read."""
        self._since = max(self._since, self.sent, upto)
        self.is_behind = False
        self._waiting.clear()
        self._bytes = 0

    def take(self) -> bytes:
        """All that waits, at once."""
        positions = [position for position, _ in self._waiting]
        taken = b"".join(message for _, message in self._waiting)
        self._waiting.clear()
        self._bytes = 0
        self.sent = max([self.sent, *positions])
        return taken

    async def until_news(self, revocations: Revocations) -> bool:
        """Wait until there is something to do; whether that is to send what happened.

        Nothing is sent while it could not be heard that the session has ended.
        """
        while self.is_wanted and not self._is_beat_due:
            if revocations.knows_ended(self.session_id):
                self.end(Reason.SESSION_ENDED)
                break
            has_news = self.is_behind or self._waiting
            if has_news and revocations.hearing:
                return True
            self._news.clear()
            if not has_news:
                await self._news.wait()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(ASK_AGAIN_SECONDS):
                    await self._news.wait()
        return False

    async def send(self, pieces: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
        """Send all pieces, until the end, or until the client is gone or takes nothing more."""
        watching = asyncio.create_task(self._until_left(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            async for piece in pieces:
                async with asyncio.timeout(STUCK_SECONDS) as self._patience:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                self._patience = None
                self.sent_at = monotonic()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            return
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    def last_word(self) -> bytes:
        """What is due when nothing happened: a comment, or goodbye."""
        self._is_beat_due = False
        return messages.bye(self.reason) if self.reason else messages.BEAT

    async def _until_left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.leave()

    def _keep(self, position: int, message: bytes) -> None:
        if self.is_behind:
            return
        self._bytes += len(message)
        if self._bytes > MOST_WAITING_BYTES:
            self.is_behind = True
            self._waiting.clear()
        else:
            self._waiting.append((position, message))
        self._news.set()
