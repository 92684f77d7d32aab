"""Milliseconds from a commit to the readable row: ``python -m tests.bench.live``."""

import statistics
import tempfile
import threading
import time
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from deploy.migrate import migrate_tables
from deploy.postgres import Postgres
from events.log import MatchLog
from events.progress import PROJECTED_CHANNEL, Projected
from projections.catalogue import MATCHES
from projections.follower import LiveFollower
from projections.setup import create_read_models
from tests.examples import UPLOADED, cause

EVENTS = 300
EVERY_SECONDS = 0.02


def milliseconds(conninfo: str, match_log: MatchLog) -> list[float]:
    """For each of many uploads, from its commit until a query finds its row."""
    took = []
    with (
        psycopg.connect(conninfo, autocommit=True) as hearing,
        psycopg.connect(conninfo, autocommit=True) as asking,
    ):
        hearing.execute(f"LISTEN {PROJECTED_CHANNEL}")
        for _ in range(EVENTS):
            match_id = uuid4()
            event = replace(UPLOADED, match_id=match_id, cause=replace(cause(), command_id=uuid4()))
            position = match_log.append(event)
            committed_at = time.perf_counter()
            for notice in hearing.notifies():
                if msgspec.json.decode(notice.payload, type=Projected).position >= position:
                    break
            row = asking.execute(
                "SELECT view FROM read_models.matches WHERE match_id = %s", [match_id]
            ).fetchone()
            assert row
            took.append(1000 * (time.perf_counter() - committed_at))
            time.sleep(EVERY_SECONDS)
    return took


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        Path(name).chmod(0o755)
        server = Postgres(Path(name) / "postgres")
        server.start()
        try:
            migrate_tables(server.conninfo())
            create_read_models(server.conninfo())
            match_log = MatchLog.open(server.conninfo(), connections=1)
            follower = LiveFollower(server.conninfo(), MATCHES)
            thread = threading.Thread(target=follower.run)
            thread.start()
            took = sorted(milliseconds(server.conninfo(), match_log))
            follower.stop()
            thread.join()
            match_log.close()
            table = Table("median", "p95", "most", title="commit to readable row, ms, fsync on")
            p95 = took[int(len(took) * 0.95)]
            table.add_row(f"{statistics.median(took):.2f}", f"{p95:.2f}", f"{took[-1]:.2f}")
            Console().print(table)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
