"""Where the writer's verdicts go: callers who wait in a thread, or in an event loop.

`concurrent.futures.Future` does both, for several times the price: a condition for each caller,
and one call across threads for each whom an event loop could be told of together.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterable
from typing import Final

# The position of a command's last event, or why it has none.
Verdict = int | Exception


class ThreadAnswer:
    """An answer that a thread waits for."""

    __slots__ = ("_came", "_verdict", "is_wanted")

    def __init__(self) -> None:
        self.is_wanted = True  # False: nobody waits any more
        self._verdict: Verdict | None = None
        self._came: Final = threading.Lock()
        self._came.acquire()  # whoever answers releases it

    def give(self, verdict: Verdict) -> None:
        """Wake the one who waits."""
        self._verdict = verdict
        self._came.release()

    def wait(self, seconds: float = -1) -> int:
        """The position; raises `TimeoutError`, or why there is none."""
        if not self._came.acquire(timeout=seconds):
            self.is_wanted = False
            raise TimeoutError
        assert self._verdict is not None  # noqa: S101  # it came
        if isinstance(self._verdict, Exception):
            raise self._verdict
        return self._verdict


class LoopAnswer:
    """An answer that is awaited in the event loop it was made in."""

    __slots__ = ("future", "loop")

    def __init__(self) -> None:
        self.loop: Final = asyncio.get_running_loop()
        self.future: Final[asyncio.Future[int]] = self.loop.create_future()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits: who is cancelled while waiting cancels the future."""
        return not self.future.cancelled()

    async def wait(self, seconds: float) -> int:
        """The position; raises `TimeoutError`, or why there is none."""
        async with asyncio.timeout(seconds):
            return await self.future


Answer = ThreadAnswer | LoopAnswer


def give_all(answers: Iterable[tuple[Answer, Verdict]]) -> None:
    """Give each its verdict, with one call to each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[int], Verdict]]] = {}
    for answer, verdict in answers:
        if isinstance(answer, ThreadAnswer):
            answer.give(verdict)
        else:
            by_loop.setdefault(answer.loop, []).append((answer.future, verdict))
    for loop, verdicts in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits there
            loop.call_soon_threadsafe(_settle, verdicts)


def _settle(verdicts: Iterable[tuple[asyncio.Future[int], Verdict]]) -> None:
    for future, verdict in verdicts:
        if future.done():  # the one who waited was cancelled
            continue
        if isinstance(verdict, Exception):
            future.set_exception(verdict)
        else:
            future.set_result(verdict)
