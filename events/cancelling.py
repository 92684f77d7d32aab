"""Cancels tasks for sure."""

import asyncio
from typing import Any, Final

CANCEL_AGAIN_SECONDS: Final = 0.5


async def end(*tasks: "asyncio.Task[Any]", patience: float = CANCEL_AGAIN_SECONDS) -> None:
    """Cancel tasks until they have ended; their results and errors are left in them.

    Once is not enough: `asyncio.wait_for` as it is in Python 3.11, which psycopg waits with,
    swallows a cancellation that comes together with the result, and the task goes on. Those who
    finish something when they are cancelled need a `patience` in seconds that lasts for it: a
    second cancellation breaks that off.
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=patience)
