"""One stream: what is still to be sent, and the sending."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from math import ceil
from time import monotonic
from typing import Final
from uuid import UUID

from litestar.types import Message, Receive, Send
from msgspec import Struct

from events.identity import Access
from events.revocations import Revocations
from query_api.live import messages
from query_api.live.messages import Change, Reason

MOST_WAITING_BYTES: Final = 128 * 1024
ASK_AGAIN_SECONDS: Final = 0.25
TOGETHER_SECONDS: Final = 0.25
HEADERS: Final = [
    (b"content-type", messages.MEDIA_TYPE.encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Pace(Struct, frozen=True):
    """What is due when, in seconds.

    A comment after `beat` without a word. A client that takes nothing for `stuck`, which is no less
    than that, is cut off: a dead one is not noticed otherwise. In the end it has `last_word`.
    """

    beat: float = 15.0
    stuck: float = 20.0
    last_word: float = 1.0


class Stream:
    """A stream to one client, of all matches of its player or of one.

    What happens is offered to it, and waits in a bounded buffer. It begins *behind*: `is_behind`
    says that what is missing after `sent` has to be read first. A client that is too slow for the
    buffer falls behind again.
    """

    def __init__(self, access: Access, match_id: UUID | None, since: int, pace: Pace) -> None:
        self.owner_id = access.principal.user_id
        self.session_id = access.principal.session_id
        self.match_id = match_id
        self.ends_at = monotonic() + (access.until - datetime.now(UTC)).total_seconds()
        self.sent = since
        self.is_behind = True
        self.is_left = False
        self.reason: Reason | None = None
        self._since = since
        self._pace = pace
        self._is_beat_due = False
        self._waiting: list[bytes] = []
        self._waiting_upto = 0
        self._bytes = 0
        self._news = asyncio.Event()
        self._is_sending = False
        self._moved_at = monotonic()  # when a sending began or ended, or the stream
        self._patience: asyncio.Timeout | None = None
        self._look: asyncio.TimerHandle | None = None

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

    def end(self, reason: Reason) -> None:
        """Say goodbye after what is being sent."""
        self.reason = self.reason or reason
        self._news.set()
        self._cut_off_after(self._pace.last_word if self._is_sending else self._pace.stuck)

    def leave(self) -> None:
        """The client is gone."""
        self.is_left = True
        self._news.set()

    def catch_up(self, upto: int) -> None:
        """Collect what is offered after `upto`: what happened until then is being read."""
        self._since = max(self._since, self.sent, upto)
        self.is_behind = False
        self._empty()

    def take(self) -> bytes:
        """All that waits, at once."""
        taken = b"".join(self._waiting)
        self.sent = max(self.sent, self._waiting_upto)
        self._empty()
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
            # One for the whole stream, with no end as yet: one for each piece costs as much as
            # the sending.
            async with asyncio.timeout(None) as self._patience:
                self._look_after()
                start: Message = {"type": "http.response.start", "status": 200, "headers": HEADERS}
                await self._give(send, start)
                async for piece in pieces:
                    await self._give(send, _body(piece, more=True))
                await self._give(send, _body(b"", more=False))
        except TimeoutError:
            return
        finally:
            self._patience = None
            if self._look:
                self._look.cancel()
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

    async def _give(self, send: Send, message: Message) -> None:
        self._is_sending = True
        self._moved_at = monotonic()
        await send(message)
        self._is_sending = False
        self._moved_at = monotonic()

    def _look_after(self) -> None:
        """Do what is due by now, and look again when something else may be."""
        now = monotonic()
        due = self._moved_at + (self._pace.stuck if self._is_sending else self._pace.beat)
        if now >= self.ends_at:
            self.end(Reason.TOKEN_EXPIRED)
            return
        if now >= due and self._is_sending:
            self._cut_off_after(0)
            return
        if now >= due:
            self._is_beat_due = True
            self._news.set()
            due = now + self._pace.beat
        # Streams are woken together: the loop's turn costs more than what is done in it.
        at = ceil(min(due, self.ends_at) / TOGETHER_SECONDS) * TOGETHER_SECONDS
        self._look = asyncio.get_running_loop().call_later(at - now, self._look_after)

    def _cut_off_after(self, seconds: float) -> None:
        """Give the client so long for everything that is still to be sent, or less."""
        if self._patience is None:
            return
        at, before = asyncio.get_running_loop().time() + seconds, self._patience.when()
        if before is None or at < before:
            self._patience.reschedule(at)

    def _keep(self, position: int, message: bytes) -> None:
        if self.is_behind:
            return
        self._bytes += len(message)
        if self._bytes > MOST_WAITING_BYTES:
            self.is_behind = True
            self._empty()
        else:
            self._waiting.append(message)
            self._waiting_upto = max(self._waiting_upto, position)
        self._news.set()

    def _empty(self) -> None:
        self._waiting.clear()
        self._waiting_upto = 0
        self._bytes = 0


def _body(piece: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": piece, "more_body": more}
