"""What pages of a long list cost, the first and the last: ``python -m tests.bench.listing``."""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

import httpx
import psutil
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from deploy.nats import Nats
from projections.builds import Build
from projections.catalogue import MATCHES
from projections.rebuild import rebuild
from projections.swap import drop, swap
from query_api.listing import SORTS
from tests.bench.logins import cpu_seconds
from tests.bench.rebuild import fill
from tests.bench.summary import history
from tests.command_api.accounts.two_apis import Apis, started

MATCHES_OF_ONE = 100_000
PAGE = 20  # so there are 5,000 pages
CALLS = 100


class Cost(Struct, frozen=True):
    """Of one answer, in milliseconds: CPU of API and PostgreSQL together, and the median time."""

    cpu: float
    median: float


class Reader:
    """A player with a long list."""

    def __init__(self, apis: Apis) -> None:
        token = apis.signed_in(apis.registered())["access"]
        self.http = apis.one.http
        self.headers = {"Authorization": f"Bearer {token}"}
        self.id = UUID(self.get("/api/auth/me/").json()["id"])
        self._processes = [psutil.Process(apis.one.process.pid), psutil.Process(apis.postgres)]

    def get(self, path: str, **headers: str) -> httpx.Response:
        answer = self.http.get(path, headers={**self.headers, **headers})
        assert answer.status_code in {200, 304}, answer.text
        return answer

    def cost(self, path: str, **headers: str) -> Cost:
        took = []
        before = sum(map(cpu_seconds, self._processes))
        for _ in range(CALLS):
            began = time.perf_counter()
            self.get(path, **headers)
            took.append(time.perf_counter() - began)
        cpu = sum(map(cpu_seconds, self._processes)) - before
        return Cost(1000 * cpu / CALLS, 1000 * statistics.median(took))

    def last_page(self, sort: str) -> str:
        """The address of the last full page; larger pages lead there sooner."""
        page = f"/api/matches/?limit=500&sort={sort}"
        while following := self.get(page).links.get("next"):
            last, page = page, following["url"]
        return last.replace("limit=500", f"limit={PAGE}")


def show(reader: Reader) -> None:
    table = Table(
        "order",
        "first: CPU ms",
        "median ms",
        "last: CPU ms",
        "median ms",
        title="20 matches a page",
    )
    for sort in SORTS:
        first = reader.cost(f"/api/matches/?limit={PAGE}&sort={sort}")
        last = reader.cost(reader.last_page(sort))
        figures = (first.cpu, first.median, last.cpu, last.median)
        table.add_row(sort, *(f"{figure:.2f}" for figure in figures))
    console = Console()
    console.print(table)
    hundred = reader.cost("/api/matches/")
    etag = reader.get("/api/matches/").headers["ETag"]
    known = reader.cost("/api/matches/", **{"If-None-Match": etag})
    for what, cost in (("100 matches", hundred), ("304", known)):
        console.print(f"{what}: {cost.cpu:.2f} ms CPU, median {cost.median:.2f} ms")


def main() -> None:
    """Fill, rebuild, measure, and print the tables."""
    matches = int(sys.argv[1]) if len(sys.argv) > 1 else MATCHES_OF_ONE
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        nats = Nats(folder / "nats")
        nats.start()
        try:
            with started(folder, nats.url) as apis:
                reader = Reader(apis)
                database = apis.environment["TRACKER_DATABASE"]
                fill(database, MATCHES.mapper, history(reader.id, matches))
                rebuild(database, MATCHES, lambda *_: None)
                swap(database, MATCHES)
                drop(database, MATCHES, Build.OLD)
                show(reader)
        finally:
            nats.stop()


if __name__ == "__main__":
    main()
