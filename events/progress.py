"""How far the read models have come: one LISTEN connection per process, many waiting callers."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, Self
from uuid import UUID

import msgspec
import psycopg
from msgspec import Struct

from events.cancelling import end
from events.hearing import hear

PROJECTED_CHANNEL: Final = "projected"
# The projection that commands and queries wait for.
MATCHES_FOLLOWER: Final = "matches"
# The header that admits, as `false`, that queries do not show a position yet.
NOT_REACHED: Final = "Event-Position-Reached"
# A notification may be lost with its connection; the checkpoint itself is looked at this often.
PATIENCE_SECONDS: Final = 0.5
RECONNECT_SECONDS: Final = 0.2

log = logging.getLogger(__name__)


class Projected(Struct, frozen=True):
    """The payload of a notification: the new position, and the matches that changed.

    `matches` is None when they were too many to list: any may have changed.
    """

    position: int
    matches: tuple[UUID, ...] | None


_PROJECTED: Final = msgspec.json.Decoder(Projected)


class Progress:
    """Follows the checkpoint of the read models and wakes those who wait for it.

    Use as ``async with Progress(conninfo) as progress``. `on_return` is awaited whenever the
    database answers again after it was lost.
    """

    def __init__(
        self, conninfo: str, on_return: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._conninfo = conninfo
        self._on_return = on_return
        self._was_lost = False
        self._position = 0
        self._heard = 0  # notifications
        self._callers: list[tuple[int, asyncio.Future[bool]]] = []
        self._changed: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self.is_ending = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            await end(self._task)

    @property
    def position(self) -> int:
        """The position that the read models are known to hold."""
        return self._position

    async def reached(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109  # the answer says whether it was in time
        """Wait until the read models hold `position`; False if that takes over `timeout` s."""
        if self._position >= position:
            return True
        loop = asyncio.get_running_loop()
        reached: asyncio.Future[bool] = loop.create_future()
        caller = (position, reached)
        self._callers.append(caller)
        timer = loop.call_later(timeout, _settle, reached, False)  # noqa: FBT003  # its answer
        try:
            return await reached
        finally:
            timer.cancel()
            self._callers.remove(caller)

    @contextlib.contextmanager
    def changes_of(self, match_id: UUID) -> Iterator[asyncio.Event]:
        """An `asyncio.Event` that is set whenever the match may have changed."""
        changed = asyncio.Event()
        self._changed[match_id].add(changed)
        try:
            yield changed
        finally:
            self._changed[match_id].discard(changed)
            if not self._changed[match_id]:
                del self._changed[match_id]

    def end_waiting(self) -> None:
        """Let all go who wait for a match to change: this process is about to stop."""
        self.is_ending = True
        for events in self._changed.values():
            for changed in events:
                changed.set()

    async def _listen(self) -> None:
        while True:
            try:
                await self._connect()
            except psycopg.Error as error:
                self._was_lost = True
                # After a crash of the server its read models may be older than they were.
                self._position = 0
                log.warning("progress: lost the database, trying again: %s", error)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _connect(self) -> None:
        conninfo = self._conninfo
        async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as conn:
            if self._was_lost and self._on_return:
                await self._on_return()
            self._was_lost = False
            await self._follow(conn)

    async def _follow(self, conn: psycopg.AsyncConnection) -> None:
        await conn.execute(f"LISTEN {PROJECTED_CHANNEL}")
        while True:
            heard = self._heard
            position = await checkpoint(conn)
            if heard == self._heard:  # else that is newer
                self._tell(Projected(position, None))
            await hear(conn, PATIENCE_SECONDS, self._hear)

    def _hear(self, payload: bytes) -> None:
        self._heard += 1
        self._tell(_PROJECTED.decode(payload))

    def _tell(self, projected: Projected) -> None:
        if projected.position == self._position:
            return
        self._position = projected.position
        for position, reached in self._callers:
            if position <= self._position:
                _settle(reached, True)  # noqa: FBT003  # its answer
        for match_id in self._changed if projected.matches is None else projected.matches:
            for changed in self._changed.get(match_id, ()):
                changed.set()


def _settle(reached: "asyncio.Future[bool]", answer: bool) -> None:  # noqa: FBT001  # its answer
    if not reached.done():
        reached.set_result(answer)


async def checkpoint(conn: psycopg.AsyncConnection) -> int:
    """The position that the read models hold."""
    cursor = await conn.execute(
        "SELECT position FROM log.checkpoints WHERE follower = %(follower)s",
        {"follower": MATCHES_FOLLOWER},
    )
    row = await cursor.fetchone()
    return row[0] if row else 0
