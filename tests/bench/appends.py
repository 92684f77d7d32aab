"""Appends a second, ours beside the stock recorder: ``python -m tests.bench.appends``.

Threads are what both can do, so the ratio is of those. Our commands wait in an event loop: the last
column, with as many tasks as there are callers.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from eventsourcing.persistence import EventStore
from eventsourcing.postgres import PostgresApplicationRecorder
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from deploy.migrate import migrate_tables
from deploy.postgres import Postgres
from events.codec import EventMapper
from events.log import MatchLog
from events.matches import ScreenshotUploaded
from events.recorder import datastore
from tests.examples import UPLOADED, cause

SECONDS = 3.0
CALLERS = (1, 16, 64)


def uploaded() -> ScreenshotUploaded:
    why = replace(cause(), command_id=uuid4())
    return replace(UPLOADED, match_id=uuid4(), cause=why)


def rate(append: Callable[[ScreenshotUploaded], object], callers: int) -> float:
    """Appends a second by so many callers, each waiting for its own."""
    give_up_at = time.perf_counter() + SECONDS

    def call(_: int) -> int:
        done = 0
        while time.perf_counter() < give_up_at:
            append(uploaded())
            done += 1
        return done

    with ThreadPoolExecutor(callers) as threads:
        return sum(threads.map(call, range(callers))) / SECONDS


async def rate_in_loop(log: MatchLog, callers: int) -> float:
    """The same with callers that are tasks of one event loop."""
    give_up_at = time.perf_counter() + SECONDS

    async def call() -> int:
        done = 0
        while time.perf_counter() < give_up_at:
            await log.append_soon(uploaded())
            done += 1
        return done

    return sum(await asyncio.gather(*(call() for _ in range(callers)))) / SECONDS


def stock(conninfo: str) -> Callable[[ScreenshotUploaded], object]:
    """The library's recorder as it comes, on a table of its own."""
    store = datastore(conninfo, max(CALLERS))
    store.schema = "stock"
    with store.transaction(commit=True) as cursor:
        cursor.execute("CREATE SCHEMA stock")
    recorder = PostgresApplicationRecorder(store, events_table_name="stored_events")
    recorder.create_table()
    events = EventStore(EventMapper(), recorder)
    return lambda event: events.put([event])


def main() -> None:
    """Measure both in turn and print the table."""
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        Path(name).chmod(0o755)
        server = Postgres(Path(name) / "postgres")
        server.start()
        try:
            migrate_tables(server.conninfo())
            ours = MatchLog.open(server.conninfo(), connections=1)
            theirs = stock(server.conninfo())
            columns = ("callers", "stock /s", "ours /s", "ratio", "in an event loop /s")
            table = Table(*columns, title="appends, fsync on")
            for callers in CALLERS:
                slow, fast = rate(theirs, callers), rate(ours.append, callers)
                soon = asyncio.run(rate_in_loop(ours, callers))
                rates = (f"{slow:,.0f}", f"{fast:,.0f}", f"{fast / slow:.1f}", f"{soon:,.0f}")
                table.add_row(str(callers), *rates)
            Console().print(table)
            ours.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
