"""What thousands of open streams cost, and how soon they hear: ``-m tests.bench.streams``."""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psutil
import psycopg
from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from command_api.accounts.tokens import access_token
from deploy.migrate import migrate_tables
from deploy.nats import Nats
from deploy.open_files import allow_open_files
from deploy.postgres import Postgres
from deploy.signing_keys import load
from events.identity import Principal
from events.recorder import APPENDED_CHANNEL
from projections.setup import create_read_models
from tests.bench.logins import cpu_seconds
from tests.command_api.accounts.two_apis import Api, running
from tests.deploy.processes import start
from tests.examples import UPLOADED, cause
from tests.projections.histories import store

OPENED_AT_ONCE = 100
IDLE_SECONDS = 10.0
ROUNDS = 3
WITHIN_SECONDS = 60.0


class Bench(Struct, frozen=True):
    """What is measured: a process of the API, and where its database and keys are."""

    api: Api
    conninfo: str
    keys: Path

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.api.process.pid)

    @property
    def port(self) -> int:
        return self.api.http.base_url.port or 0


class Ear(asyncio.Protocol):
    """A client that notes when it was told something."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._transport: asyncio.BaseTransport | None = None
        self.opened = asyncio.get_running_loop().create_future()
        self.closed = asyncio.get_running_loop().create_future()
        self.told: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self.opened.done() and b"retry: " in data:
            self.opened.set_result(None)
        elif not self.opened.done() and not data.startswith(b"HTTP/1.1 200"):
            self.opened.set_exception(RuntimeError(data.decode()))
        if not self.told.done() and b"event: uploaded" in data:
            self.told.set_result(time.perf_counter())

    def connection_lost(self, _: Exception | None) -> None:
        self.closed.set_result(None)

    def listen_again(self) -> None:
        self.told = asyncio.get_running_loop().create_future()


@contextmanager
def following(environment: dict[str, str]) -> Iterator[None]:
    """The process that projects."""
    process = start("deploy", "followers", environment=environment)
    try:
        yield
    finally:
        process.terminate()
        process.communicate()


async def opened(bench: Bench, owners: list[UUID]) -> list[Ear]:
    """A stream for each owner."""
    key = load(bench.keys)[0]
    turns = asyncio.Semaphore(OPENED_AT_ONCE)

    async def one(owner_id: UUID) -> Ear:
        token = access_token(key, Principal(owner_id, uuid4()), datetime.now(UTC))
        asked = f"GET /api/events/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        async with turns:
            _, ear = await asyncio.get_running_loop().create_connection(
                lambda: Ear(asked.encode()), "127.0.0.1", bench.port
            )
            await asyncio.wait_for(ear.opened, WITHIN_SECONDS)
            return ear

    return await asyncio.gather(*map(one, owners))


def append(conninfo: str, owners: list[UUID]) -> float:
    """A match for each owner, all in one transaction; gives the time of the commit."""
    events = [
        replace(
            UPLOADED,
            match_id=uuid4(),
            owner_id=owner_id,
            cause=replace(cause(), command_id=uuid4()),
        )
        for owner_id in owners
    ]
    with psycopg.connect(conninfo) as conn:
        store(conn, list(events))
        conn.execute(f"NOTIFY {APPENDED_CHANNEL}")
        conn.commit()
        return time.perf_counter()


async def until_projected(conninfo: str) -> float:
    """The time at which the read models hold the whole log."""
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as conn:
        while True:
            cursor = await conn.execute(
                """
                SELECT position = (SELECT max(notification_id) FROM log.events)
                FROM log.checkpoints
                WHERE follower = 'matches'
                """
            )
            if await cursor.fetchone() == (True,):
                return time.perf_counter()
            await asyncio.sleep(0.005)


async def measure(bench: Bench, count: int, table: Table) -> None:
    owners = [uuid4() for _ in range(count)]
    await opened(bench, owners[:100])  # what is loaded once, whatever comes
    before = bench.process.memory_info().rss
    began = time.perf_counter()
    ears = await opened(bench, owners)
    took = time.perf_counter() - began
    await asyncio.sleep(2)
    grown = (bench.process.memory_info().rss - before) / 2**20
    table.add_row(f"{count:,} streams opened", f"{took:.1f} s", "")
    table.add_row("growth of the process", f"{grown:.0f} MB", "< 300 MB")
    table.add_row("of it for each stream", f"{1024 * grown / count:.1f} KB", "")
    used = cpu_seconds(bench.process)
    await asyncio.sleep(IDLE_SECONDS)
    idle = (cpu_seconds(bench.process) - used) / IDLE_SECONDS
    table.add_row("CPU while nothing happens", f"{100 * idle:.1f} % of a core", "")
    for number, told in (("one", [owners[0]]), ("all", owners)):
        for _ in range(ROUNDS):
            listening = [ear for ear, owner in zip(ears, owners, strict=True) if owner in set(told)]
            for ear in listening:
                ear.listen_again()
            used = cpu_seconds(bench.process)
            committed = await asyncio.to_thread(append, bench.conninfo, told)
            projecting = asyncio.create_task(until_projected(bench.conninfo))
            heard = await asyncio.wait_for(
                asyncio.gather(*(ear.told for ear in listening)), WITHIN_SECONDS
            )
            shown = await projecting - committed
            delays = sorted(at - committed for at in heard)
            table.add_row(
                f"{number} of them told something, median, last",
                f"{statistics.median(delays):.3f} s, {delays[-1]:.3f} s",
                "< 1 s",
            )
            cpu = cpu_seconds(bench.process) - used
            table.add_row("  all projected; CPU of the API", f"{shown:.3f} s; {cpu:.2f} s", "")
    peak = (bench.process.memory_info().rss - before) / 2**20
    table.add_row("growth after all that", f"{peak:.0f} MB", "< 300 MB")
    began = time.perf_counter()
    bench.api.process.terminate()
    await asyncio.wait_for(asyncio.gather(*(ear.closed for ear in ears)), WITHIN_SECONDS)
    await asyncio.to_thread(bench.api.process.wait, WITHIN_SECONDS)
    table.add_row("stopped with all of them open", f"{time.perf_counter() - began:.2f} s", "< 15 s")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=5000)
    count = parser.parse_args().streams
    allow_open_files()
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server, nats = Postgres(folder / "postgres"), Nats(folder / "nats")
        server.start()
        nats.start()
        try:
            migrate_tables(server.conninfo())
            create_read_models(server.conninfo())
            environment = {
                "TRACKER_DATABASE": server.conninfo(),
                "TRACKER_NATS": nats.url,
                "TRACKER_DATA": str(folder / "data"),
                "TRACKER_RATE_LIMITS": "off",
            }
            api = Api(folder / "api.log", environment)
            bench = Bench(api, server.conninfo(), folder / "data" / "keys")
            table = Table("what", "measured", "bar", title="Streams of events, one process")
            with running(api), following(environment):
                asyncio.run(measure(bench, count, table))
            Console().print(table)
        finally:
            nats.stop()
            server.stop()


if __name__ == "__main__":
    main()
