"""Work that lasts: trouble with a server is told and waited out, and then it begins again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

PAUSE_AFTER_TROUBLE_SECONDS: Final = 0.5


async def wait_out(
    trouble: tuple[type[Exception], ...],
    work: Callable[[], Awaitable[None]],
    tell: Callable[[Exception], None],
) -> None:
    """Do `work` until cancelled, again after each `trouble`, which `tell` is given first."""
    while True:
        try:
            await work()
        except trouble as error:
            tell(error)
            await asyncio.sleep(PAUSE_AFTER_TROUBLE_SECONDS)
