"""Runs the work of a process until it is told to stop, or until some of it ends by itself."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from typing import Any, Final

from events.cancelling import end

# More than the API takes for requests that it has begun, less than its supervisor waits.
LAST_WORK_SECONDS: Final = 13.0


def log_to_standard_error() -> None:
    """One line for each happening, with its time, for whoever keeps the process."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)


async def until_told_to_stop(*work: Coroutine[Any, Any, Any]) -> None:
    """Run `work` side by side until SIGTERM or SIGINT, then cancel it and wait for its end.

    Work that fails ends the process with its error: whoever keeps the process starts it again.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    tasks = [asyncio.create_task(coroutine) for coroutine in work]
    waiting = asyncio.create_task(told.wait())
    done, _ = await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
    await end(*tasks, waiting, patience=LAST_WORK_SECONDS)
    for task in done - {waiting}:
        task.result()
