"""Opens streams: what a player missed is read first, then comes what happens."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Final, Self
from uuid import UUID

import psycopg
from litestar.types import ASGIApp, Receive, Scope, Send
from psycopg_pool import AsyncConnectionPool

from events.bus import ReadingStep
from events.cancelling import end
from events.identity import Access
from events.media import MediaAddresses
from events.progress import Progress
from events.refusals import Invalid, NotFound
from events.revocations import Revocations
from events.web import NO_SUCH_MATCH
from query_api.live import messages
from query_api.live.changes import OWN_PAGE, Changes
from query_api.live.feed import Feed
from query_api.live.open_streams import OpenStreams
from query_api.live.stream import Pace, Stream

PACE: Final = Pace()
LONGEST_ID: Final = 18
NO_SUCH_ID: Final = "This is no id that a stream of events gave out."


class Streams:
    """The streams of this process. Use as ``async with Streams(...) as streams``."""

    def __init__(
        self,
        pool: AsyncConnectionPool[Any],
        progress: Progress,
        revocations: Revocations,
        media: MediaAddresses,
        pace: Pace = PACE,
    ) -> None:
        self._changes = Changes(pool, media)
        self._revocations = revocations
        self._pace = pace
        self._open = OpenStreams(revocations)
        self._feed = Feed(self._changes, progress, self._open)
        self._tasks: list[asyncio.Task[None]] = []

    def __len__(self) -> int:
        return len(self._open)

    async def __aenter__(self) -> Self:
        work = (self._feed.listen(), self._feed.follow(), self._open.run())
        self._tasks = [asyncio.create_task(each) for each in work]
        return self

    async def __aexit__(self, *_: object) -> None:
        await end(*self._tasks)

    def tell(self, step: ReadingStep) -> None:
        """A reading went on."""
        self._feed.tell(step)

    def end_all(self) -> None:
        """Say goodbye to everybody, for this process is about to stop."""
        self._open.end_all()

    async def stream(
        self, access: Access, match_id: UUID | None, last_event_id: str | None
    ) -> ASGIApp:
        """The answer that tells what happens from now on, or has happened after an event.

        Of one match, or of all that the player has. Raises `Invalid`, `TooManyRequests` and
        `Unavailable`.
        """
        projected, last = await self._changes.bounds()
        since = projected if last_event_id is None else _position(last_event_id, last)
        stream = Stream(access, match_id, since, self._pace)
        self._open.refuse_too_many(stream.owner_id)

        async def answer(_: Scope, receive: Receive, send: Send) -> None:
            self._feed.begin(projected)
            with self._open.with_one_more(stream):
                async with aclosing(self._pieces(stream)) as pieces:
                    await stream.send(pieces, receive, send)

        return answer

    async def refuse_stranger(self, access: Access, match_id: UUID) -> None:
        """Raise `NotFound` unless the match is the player's; it may be deleted."""
        match = (await self._changes.known([match_id])).get(match_id)
        if match is None or access.principal.user_id not in match.players:
            raise NotFound(NO_SUCH_MATCH)

    async def _pieces(self, stream: Stream) -> AsyncGenerator[bytes]:
        yield messages.opening(stream.sent)
        while not stream.is_left:
            if not await stream.until_news(self._revocations):
                yield stream.last_word()
                if stream.reason:
                    return
            elif stream.is_behind:
                try:
                    async for piece in self._missed(stream):
                        yield piece
                except psycopg.Error:  # the client comes back and goes on from its last event
                    return
            else:
                yield stream.take()

    async def _missed(self, stream: Stream) -> AsyncIterator[bytes]:
        """What the stream lacks up to here, page by page; what comes meanwhile waits with it."""
        upto = self._feed.position
        stream.catch_up(upto)
        while stream.sent < upto and stream.is_wanted and self._revocations.hearing:
            page = await self._changes.of(stream.owner_id, stream.match_id, stream.sent, upto)
            if page:
                views = await self._changes.views(page)
                yield b"".join(
                    messages.change(each, views.get((each.owner_id, each.match_id)))
                    for each in page
                )
            stream.sent = page[-1].position if len(page) == OWN_PAGE else upto
        stream.is_behind = stream.is_behind or stream.sent < upto


def _position(last_event_id: str, last: int) -> int:
    """The position of an event that a stream gave out; raises `Invalid`."""
    is_number = last_event_id.isascii() and last_event_id.isdigit()
    if is_number and len(last_event_id) <= LONGEST_ID and int(last_event_id) <= last:
        return int(last_event_id)
    raise Invalid(NO_SUCH_ID, {"last_event_id": [NO_SUCH_ID]})
