"""What a summary costs a player with few matches and one with many: ``-m tests.bench.summary``."""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid5

import psutil
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from deploy.nats import Nats
from events.matches import MatchEvent, ScreenshotUploaded, StatsConfirmed
from events.stats import STATISTICS, Pair
from projections.builds import Build
from projections.catalogue import MATCHES
from projections.rebuild import rebuild
from projections.swap import drop, swap
from tests.bench.logins import cpu_seconds
from tests.bench.rebuild import fill
from tests.command_api.accounts.two_apis import Apis, started
from tests.examples import EXAMPLES, NOON, UPLOADED, cause

FEW = 100
MANY = 100_000
ROUNDS = 20
CALLS = 150  # in a round, for each player


class Asker:
    """A player who asks for the summary again and again, and what that cost so far."""

    def __init__(self, apis: Apis) -> None:
        who = apis.registered()
        self.token = apis.signed_in(who)["access"]
        me = apis.one.ask("GET", "/api/auth/me/", token=self.token)
        self.id = UUID(me.json()["id"])
        self.cpu = 0.0
        self.took: list[float] = []

    def ask(self, apis: Apis) -> int:
        """Ask once; gives the number of matches in the answer."""
        began = time.perf_counter()
        answer = apis.one.http.get(
            "/api/stats/summary/", headers={"Authorization": f"Bearer {self.token}"}
        )
        self.took.append(time.perf_counter() - began)
        return int(answer.json()["total_matches"])


def history(owner_id: UUID, matches: int) -> Iterator[MatchEvent]:
    """So many confirmed matches of one player."""
    confirmed = EXAMPLES["match.stats_confirmed.v1"]
    assert isinstance(confirmed, StatsConfirmed)
    stats = {key: Pair(50, 50) for key in STATISTICS}
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
            score=Pair(number % 4, number % 3),
            stats=stats,
            played_at=at,
        )


def measured(apis: Apis, askers: dict[int, Asker]) -> None:
    """Let the players ask in turn, round by round, so that other work meets them alike."""
    processes = [psutil.Process(apis.one.process.pid), psutil.Process(apis.postgres)]
    for asker in askers.values():
        for _ in range(CALLS):
            asker.ask(apis)
        asker.took.clear()
    for _ in range(ROUNDS):
        for matches, asker in askers.items():
            before = sum(map(cpu_seconds, processes))
            for _ in range(CALLS):
                assert asker.ask(apis) == matches
            asker.cpu += sum(map(cpu_seconds, processes)) - before


def show(few: Asker, many: Asker, matches: int) -> None:
    table = Table("matches", "CPU ms", "median ms", "p95 ms", title="GET /api/stats/summary/")
    for number, asker in ((FEW, few), (matches, many)):
        cpu, (median, p95) = _figures(asker)
        table.add_row(f"{number:,}", f"{cpu:.3f}", f"{median:.3f}", f"{p95:.3f}")
    (cpu_few, (median_few, _)), (cpu_many, (median_many, _)) = _figures(few), _figures(many)
    table.add_row("ratio", f"{cpu_many / cpu_few:.2f}", f"{median_many / median_few:.2f}", "")
    Console().print(table)


def _figures(asker: Asker) -> tuple[float, tuple[float, float]]:
    """Milliseconds: CPU of API and PostgreSQL together; median and 95th percentile of the time."""
    took = sorted(asker.took)
    p95 = took[int(len(took) * 0.95)]
    return (
        1000 * asker.cpu / len(took),
        (1000 * statistics.median(took), 1000 * p95),
    )


def main() -> None:
    """Fill, rebuild, measure, and print the table."""
    matches = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        nats = Nats(folder / "nats")
        nats.start()
        try:
            with started(folder, nats.url) as apis:
                few, many = Asker(apis), Asker(apis)
                database = apis.environment["TRACKER_DATABASE"]
                fill(database, MATCHES.mapper, (*history(few.id, FEW), *history(many.id, matches)))
                rebuild(database, MATCHES, lambda *_: None)
                swap(database, MATCHES)
                drop(database, MATCHES, Build.OLD)
                measured(apis, {FEW: few, matches: many})
                show(few, many, matches)
        finally:
            nats.stop()


if __name__ == "__main__":
    main()
