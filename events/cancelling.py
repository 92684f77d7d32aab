"""Cancels tasks for sure."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

CANCEL_AGAIN_SECONDS: Final = 0.5
# For work that may have something to finish, within what a process is given to stop.
FINISH_WITHIN_SECONDS: Final = 5.0


async def end(*tasks: "asyncio.Task[Any]", patience: float = CANCEL_AGAIN_SECONDS) -> None:
    """Cancel tasks until they have ended; their results and errors are left in them.

    Once is not enough: `asyncio.wait_for` as it is in Python 3.11, which psycopg's pools and NATS
    wait with, swallows a cancellation that comes together with the result, and the task goes on.
    In an `asyncio.TaskGroup` it would do so for ever, for that cancels only once. Those who
    finish something when they are cancelled need a `patience` in seconds that lasts for it: a
    second cancellation breaks that off.
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=patience)


async def together(*work: Coroutine[Any, Any, None]) -> None:
    """Run `work` as tasks side by side, until all are done or one fails; then all are ended.

    Raises the error of the one that failed. What they finish when they are ended has 5 s.
    """
    tasks = [asyncio.create_task(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await end(*tasks, patience=FINISH_WITHIN_SECONDS)
    for task in done:
        task.result()


@asynccontextmanager
async def beside(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `work` as tasks beside the body, and end them with it."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        await end(*tasks)
