"""Reading the log and rebuilding the read models from it: ``python -m tests.bench.rebuild``."""

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from msgspec.structs import replace
from psycopg import IsolationLevel
from rich.console import Console
from rich.table import Table

from deploy.migrate import migrate_tables
from deploy.postgres import Postgres
from events.chain import GENESIS, digest
from events.codec import EventMapper
from events.matches import MatchEvent
from events.owner_keys import KEY_BYTES, OwnerKeys
from events.reading import Reading
from events.stats import STATISTICS, Pair, Sides
from projections.catalogue import MATCHES, with_keys
from projections.rebuild import rebuild
from projections.setup import create_read_models
from projections.stored import histories
from tests.examples import EXAMPLES, NOON, READING, cause

EVENTS = 200_000
OWNERS = 500
# What happens to a match, and how often out of ten.
STORIES = (
    (7, ("match.screenshot_uploaded.v1", "match.stats_extracted.v1", "match.stats_confirmed.v1")),
    (2, ("match.screenshot_uploaded.v1", "match.stats_extracted.v1", "match.stats_confirmed.v1",
         "match.stats_corrected.v1")),
    (1, ("match.screenshot_uploaded.v1", "match.extraction_failed.v1", "match.deleted.v1")),
)  # fmt: skip


def full_reading() -> Reading:
    stats = {key: Sides(50, 50) for key in STATISTICS}
    confidence = {"score": 0.99, **{f"stats.{key}": 0.98 for key in STATISTICS}}
    return replace(READING, stats=stats, confidence=confidence, warnings=())


def happenings(events: int) -> Iterator[MatchEvent]:
    """So many events of many matches, one match's next among those of others."""
    stories = [story for often, story in STORIES for _ in range(often)]
    numbers = {key: Pair(50, 50) for key in STATISTICS}
    reading = full_reading()
    waiting: list[tuple[int, int]] = []
    match = made = 0
    while made < events:
        if len(waiting) < 50:
            waiting.append((match, 0))
            match += 1
            continue
        number, done = waiting.pop(made * 7919 % len(waiting))
        story = stories[number % len(stories)]
        event = replace(
            EXAMPLES[story[done]],
            match_id=UUID(int=(number * 0x9E3779B97F4A7C15 << 32) % 2**128),
            version=done + 1,
            cause=cause(made + 1, at=NOON + timedelta(seconds=made)),
        )
        if hasattr(event, "owner_id"):
            event = replace(event, owner_id=UUID(int=number % OWNERS + 1))
        if hasattr(event, "reading"):
            event = replace(event, reading=reading)
        if hasattr(event, "stats"):
            event = replace(event, stats=numbers, score=Pair(number % 4, number % 3))
        if hasattr(event, "played_at"):
            event = replace(event, played_at=NOON + timedelta(minutes=number))
        if done + 1 < len(story):
            waiting.append((number, done + 1))
        made += 1
        yield event


def fill(conninfo: str, mapper: EventMapper, events: Iterable[MatchEvent]) -> None:
    """Write an empty log full of these events, sealed and chained as the writer does."""
    now = datetime.now(UTC)
    previous = GENESIS
    with psycopg.connect(conninfo) as conn, conn.cursor() as cursor:
        with cursor.copy(
            "COPY log.events (notification_id, originator_id, originator_version, topic,"
            " recorded_at, state, previous_hash, hash) FROM STDIN"
        ) as copy:
            for position, event in enumerate(events, start=1):
                stored = mapper.to_stored_event(event)
                place = (position, event.match_id, event.version, stored.topic, now, stored.state)
                hashed = digest(previous, *place)
                copy.write_row((*place, previous, hashed))
                previous = hashed
        cursor.execute("ANALYZE log.events")


def cpu_seconds() -> float:
    """The CPU of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


@contextmanager
def timed(table: Table, what: str, events: int) -> Iterator[None]:
    began, busy = time.perf_counter(), cpu_seconds()
    yield
    took, worked = time.perf_counter() - began, cpu_seconds() - busy
    table.add_row(what, f"{took:.2f}", f"{events / took:,.0f}", f"{worked:.2f}")


def read_all(conninfo: str, mapper: EventMapper, upto: int) -> int:
    with psycopg.connect(conninfo) as conn:
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        return sum(
            len([stored.event(mapper) for stored in history]) for history in histories(conn, upto)
        )


def main() -> None:
    """Fill a log, read it, rebuild from it, and print the table."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        Path(name).chmod(0o755)
        server = Postgres(Path(name) / "postgres")
        server.start()
        try:
            migrate_tables(server.conninfo())
            create_read_models(server.conninfo())
            keys = OwnerKeys(server.conninfo(), bytes(KEY_BYTES))
            projection = with_keys(MATCHES, keys)
            fill(server.conninfo(), projection.mapper, happenings(events))
            table = Table(
                "", "seconds", "events/s", "of them in Python", title=f"{events:,} events"
            )
            with timed(table, "read and decode", events):
                mapper = projection.mapper.with_all_keys()
                assert read_all(server.conninfo(), mapper, events) == events
            with timed(table, "rebuild matches and summaries", events):
                rebuild(server.conninfo(), projection, lambda *_: None)
            keys.close()
            Console().print(table)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
