"""What statistics cost a player with few matches and one with many: ``-m tests.bench.stats``."""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid5

from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from deploy.migrate import migrate_tables
from deploy.postgres import Postgres
from events.answering import AsyncAnsweringConnection
from events.log import MatchLog
from events.match import fold
from events.matches import MatchDeleted, MatchEvent, ScreenshotUploaded, StatsConfirmed
from events.stats import STATISTICS, Pair
from projections.advance import advance
from projections.builds import Build
from projections.catalogue import MATCHES
from projections.connecting import connect
from projections.places import LivePlace
from projections.rebuild import rebuild
from projections.setup import create_read_models
from projections.swap import drop, swap
from query_api.filters import Span
from query_api.opponents import read_page
from query_api.summing import read_records, read_summary
from query_api.trends import Wanted, read_trend
from tests.bench.rebuild import fill
from tests.examples import EXAMPLES, NOON, UPLOADED, cause

FEW, MANY = 100, 100_000
OPPONENTS = 1000
CALLS = 40
Reading = Callable[[AsyncAnsweringConnection, UUID], Awaitable[object]]


def history(owner_id: UUID, matches: int) -> Iterator[MatchEvent]:
    """So many confirmed matches of one player, of all kinds, against up to 1,000 opponents."""
    confirmed = EXAMPLES["match.stats_confirmed.v1"]
    assert isinstance(confirmed, StatsConfirmed)
    drawn = random.Random(7)  # noqa: S311  # no secret
    for number in range(matches):
        match_id, at = uuid5(owner_id, str(number)), NOON + timedelta(minutes=number)
        upload: ScreenshotUploaded = replace(
            UPLOADED, match_id=match_id, owner_id=owner_id, cause=cause(number + 1, at=at)
        )
        yield upload
        yield replace(
            confirmed,
            match_id=match_id,
            version=2,
            owner_id=owner_id,
            cause=cause(number + 1, at=at),
            opponent_name=f"opponent {drawn.randrange(OPPONENTS)}",
            score=Pair(drawn.randrange(6), drawn.randrange(6)),
            stats={key: Pair(drawn.randrange(50), drawn.randrange(50)) for key in STATISTICS},
            played_at=at,
        )


def readings() -> Iterator[tuple[str, Reading]]:
    """What is asked for, by name."""
    name = "opponent7"
    day = Span(NOON, NOON + timedelta(minutes=100))
    trend = Wanted(stat="shots", window=10, limit=100)
    yield "summary", lambda conn, owner: read_summary(conn, owner, None, Span())
    yield "summary, one opponent", lambda conn, owner: read_summary(conn, owner, name, Span())
    yield "summary, 100 matches by time", lambda conn, owner: read_summary(conn, owner, None, day)
    yield (
        "summary, all matches by time",
        lambda conn, owner: read_summary(conn, owner, None, Span(NOON)),
    )
    yield "opponents, 100", lambda conn, owner: read_page(conn, owner, "-played", None, 100)
    yield "trend, 100 points of 10", lambda conn, owner: read_trend(conn, owner, trend)
    yield "records", read_records


async def measure(database: str, owners: dict[int, UUID]) -> Table:
    table = Table("median ms", *(f"{number:,} matches" for number in owners))
    async with await AsyncAnsweringConnection.connect(database, autocommit=True) as conn:
        for name, reading in readings():
            took: dict[int, list[float]] = {number: [] for number in owners}
            for _ in range(CALLS):
                for number, owner_id in owners.items():
                    began = time.perf_counter()
                    await reading(conn, owner_id)
                    took[number].append(1000 * (time.perf_counter() - began))
            table.add_row(name, *(f"{statistics.median(each):.2f}" for each in took.values()))
    return table


def milliseconds_to_lose_a_record(database: str, owner_id: UUID) -> float:
    """Project the deletion of the match that was played first, with which a run began."""
    match_id = uuid5(owner_id, "0")
    log = MatchLog.open(database, connections=1)
    version = fold(log.events(match_id)).version + 1
    why = replace(cause(), command_id=match_id)
    log.append(MatchDeleted(match_id=match_id, version=version, cause=why))
    log.close()
    with connect(database, "bench") as conn:
        began = time.perf_counter()
        assert advance(conn, MATCHES, LivePlace(MATCHES)).events == 1
        return 1000 * (time.perf_counter() - began)


def main() -> None:
    """Fill, rebuild, measure, and print the table."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    owners = {FEW: UUID(int=1), many: UUID(int=2)}
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        Path(name).chmod(0o755)
        server = Postgres(Path(name) / "postgres")
        server.start()
        try:
            database = server.conninfo()
            migrate_tables(database)
            create_read_models(database)
            events = [
                event for number, owner_id in owners.items() for event in history(owner_id, number)
            ]
            fill(database, MATCHES.mapper, events)
            rebuild(database, MATCHES, lambda *_: None)
            swap(database, MATCHES)
            drop(database, MATCHES, Build.OLD)
            table = asyncio.run(measure(database, owners))
            lost = [milliseconds_to_lose_a_record(database, each) for each in owners.values()]
            table.add_row("all gone through anew (live)", *(f"{each:.2f}" for each in lost))
            Console().print(table)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
