"""The real path of commands and readings, on real servers: what the model is compared with."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import ExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID

import msgspec
import psycopg
from anyio.from_thread import start_blocking_portal
from nats.aio.client import Client
from psycopg import sql
from psycopg.rows import TupleRow

from command_api.inbox import subscribe
from command_api.matches.executing import Executor
from command_api.matches.keeping import Keeper
from command_api.matches.quotas import Allowance, Quotas
from command_api.matches.use_cases import MatchCommands
from deploy.screenshots_folder import FolderOfScreenshots
from events.broker import create_broker
from events.bus import (
    EXTRACTION_FAILED,
    READINGS_STREAM,
    STATS_EXTRACTED,
    ExtractionFailed,
    StatsExtracted,
)
from events.log import MatchLog
from events.owner_keys import OwnerKeys
from events.progress import MATCHES_FOLLOWER, PROJECTED_CHANNEL, Progress, Projected
from events.streams import set_up
from projections.advance import advance
from projections.catalogue import MATCHES, with_keys
from projections.connecting import connect
from projections.duplicates import Duplicates
from projections.own_names import OwnNames
from projections.places import LivePlace
from tests.conftest import MASTER_KEY
from tests.pools import statement_pool

LOG = ("log.events", "log.commands", "log.checkpoints")
READ_MODELS = tuple(f"read_models.{table}" for table in (*MATCHES.tables, "dead_letters"))
T = TypeVar("T")


class System:
    """Commands of two processes, an inbox, and a projection that moves when it is told to."""

    def __init__(self, database: str, empty_database: str, nats: str, folder: Path) -> None:
        self.database = database
        self.empty_database = empty_database
        self._nats = nats
        self._folder = folder
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        # The loop runs all the time, as that of a server does.
        self._portal = self._opened.enter_context(start_blocking_portal())
        self.conn: psycopg.Connection[TupleRow] = self._opened.enter_context(
            connect(self.database, "test")
        )
        self.keys = self._opened.enter_context(closing(OwnerKeys(self.database, MASTER_KEY)))
        logs = [
            self._opened.enter_context(closing(MatchLog.open(self.database, 2, self.keys)))
            for _ in range(3)
        ]
        self.projection = with_keys(MATCHES, self.keys)
        self.log = logs[0]
        self._opened.enter_context(self._portal.wrap_async_context_manager(self._running(logs)))
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        result: T = self._portal.call(_awaited, work)
        return result

    def begin_anew(self) -> None:
        """Forget everything."""
        empty_tables(self.conn, (*LOG, *READ_MODELS))
        # Or who waits would take the positions of the next log for what is known already.
        nothing = msgspec.json.encode(Projected(0, None)).decode()
        self.conn.execute("SELECT pg_notify(%s, %s)", [PROJECTED_CHANNEL, nothing])
        with psycopg.connect(self.empty_database) as conn:
            empty_tables(conn, LOG)

    def project(self, limit: int) -> int:
        """Show up to `limit` more events; gives how far the read models have come."""
        advance(self.conn, self.projection, LivePlace(MATCHES), limit=limit)
        return self.projected()

    def projected(self) -> int:
        row = self.conn.execute(
            "SELECT position FROM log.checkpoints WHERE follower = %(follower)s",
            {"follower": MATCHES_FOLLOWER},
        ).fetchone()
        return row[0] if row else 0

    def rows(self, query: str, **parameters: object) -> list[TupleRow]:
        return self.conn.execute(query.encode(), parameters).fetchall()

    async def answers(self, *messages: StatsExtracted | ExtractionFailed) -> None:
        """Let the OCR say this, and wait until the inbox has taken it."""
        for message in messages:
            is_read = isinstance(message, StatsExtracted)
            await self._client.jetstream().publish(
                STATS_EXTRACTED if is_read else EXTRACTION_FAILED,
                msgspec.json.encode(message),
                headers={"content-type": "application/json"},
            )
        async with asyncio.timeout(20):
            while (await self._client.jsm().stream_info(READINGS_STREAM)).state.messages:
                pass

    async def there(self, match_id: UUID) -> None:
        """Wait until a match has begun."""
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(self.log.events, match_id):
                pass

    @asynccontextmanager
    async def _running(self, logs: Sequence[MatchLog]) -> AsyncIterator[None]:
        async with (
            statement_pool(self.database) as pool,
            Progress(self.database) as progress,
        ):
            store = FolderOfScreenshots(self._folder)
            quotas = Quotas(pool, store, Allowance(stored_bytes=2**30, waiting=1000))
            self.commands, self.others = (
                MatchCommands(
                    log, progress, Keeper(store, quotas), quotas, OwnNames(pool), Duplicates(pool)
                )
                for log in logs[:2]
            )
            broker = create_broker(self._nats)
            self._client: Client = await broker.connect()
            manager = self._client.jsm()
            for info in await manager.streams_info():
                await manager.delete_stream(info.config.name or "")
            await set_up(self._client)
            subscribe(broker, Executor(logs[2]))
            await broker.start()
            yield
            await broker.stop()


async def _awaited(work: Coroutine[Any, Any, T]) -> T:
    return await work


def empty_tables(conn: psycopg.Connection[TupleRow], tables: Iterable[str]) -> None:
    with conn.transaction():
        for table in tables:
            schema, _, name = table.partition(".")
            # For a few rows it is many times as fast as TRUNCATE.
            conn.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, name)))
