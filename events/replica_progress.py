"""How far the read models of a replica have come: it cannot notify anybody, so it is asked."""

import asyncio
import contextlib
from typing import Final

from psycopg import AsyncConnection

from events.progress import PATIENCE_SECONDS, Progress, Projected, checkpoint

EVERY_SECONDS: Final = 0.02


class ReplicaProgress(Progress):
    """Asks the replica again and again while somebody waits, and now and then otherwise."""

    def __init__(self, conninfo: str) -> None:
        super().__init__(conninfo)
        self._waiting = 0
        self._awaited = asyncio.Event()

    async def reached(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109  # as there
        """Wait until the replica holds `position`; False if that takes over `timeout` s."""
        if self.position >= position:
            return True
        self._waiting += 1
        self._awaited.set()
        try:
            return await super().reached(position, timeout)
        finally:
            self._waiting -= 1

    async def _follow(self, conn: AsyncConnection) -> None:
        while True:
            self._tell(Projected(await checkpoint(conn), None))
            if self._waiting:
                await asyncio.sleep(EVERY_SECONDS)
                continue
            self._awaited.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._awaited.wait()
