"""Whether the database answers: a process that serves requests asks it again and again."""

import asyncio
from typing import Any, Final

import psycopg

from events.leading import connected, cut_after

ASKS_EVERY_SECONDS: Final = 0.25
AWAY_AFTER_SECONDS: Final = 1.5
PAUSE_SECONDS: Final = 0.1


class Pulse:
    """The database as it was heard last; somebody has to `run` it.

    Requests that wait for it are registered, and cancelled when it falls silent: whatever they
    wait for, a pool, a thread or an answer, nothing of it comes any more.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._suspicion: asyncio.TimerHandle | None = None
        self._waiting: set[asyncio.Task[Any]] = set()
        self._cut_off: set[asyncio.Task[Any]] = set()
        self.is_away = False

    async def run(self) -> None:
        """Ask until cancelled."""
        self._beat()
        try:
            while True:
                try:
                    await self._ask()
                except (psycopg.Error, OSError):
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            if self._suspicion:
                self._suspicion.cancel()

    def watch(self, task: asyncio.Task[Any]) -> None:
        """Cancel `task` when the database falls silent, until it is let go."""
        self._waiting.add(task)

    def let_go(self, task: asyncio.Task[Any]) -> None:
        """Leave `task` alone from now on."""
        self._waiting.discard(task)

    def has_cut_off(self, task: asyncio.Task[Any]) -> bool:
        """Whether it was the pulse that cancelled `task`; asked once."""
        if task not in self._cut_off:
            return False
        self._cut_off.discard(task)
        task.uncancel()
        return True

    async def _ask(self) -> None:
        async with connected(self._conninfo) as conn:
            while True:
                async with cut_after(conn, AWAY_AFTER_SECONDS):
                    await conn.execute("SELECT")
                self._beat()
                await asyncio.sleep(ASKS_EVERY_SECONDS)

    def _beat(self) -> None:
        self.is_away = False
        self._in_a_while(self._in_a_while, self._fall_silent)

    def _in_a_while(self, *then: Any) -> None:
        # In two steps: after a moment in which this process itself got no time, the answers that
        # came meanwhile are looked at before the second.
        if self._suspicion:
            self._suspicion.cancel()
        loop = asyncio.get_running_loop()
        self._suspicion = loop.call_later(AWAY_AFTER_SECONDS / 2, *then)

    def _fall_silent(self) -> None:
        self.is_away = True
        self._cut_off |= self._waiting
        for task in self._waiting:
            task.cancel()
        self._waiting.clear()
