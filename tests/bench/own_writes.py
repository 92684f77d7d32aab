"""Milliseconds until a player reads what they wrote: ``python -m tests.bench.own_writes``.

Commands come over HTTP at a steady pace, however long each takes; a command answers when queries
show it, and the query after it has to.
"""

import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from signal import SIGTERM
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from tests.bench.histories import History, write
from tests.bench.http import CONFIRMED, CONFIRMERS, confirmations
from tests.bench.wrk import Player, Request
from tests.journeys.copies import Copy

A_SECOND = 50
SECONDS = 30
BAR_MS = 15.0


class Took(Struct, frozen=True):
    """Milliseconds from sending a command to its answer, and to that of the query after it."""

    command: float
    query: float


class Client(threading.local):
    """A connection of each thread."""

    def __init__(self, system: Copy) -> None:
        self.http = HTTPConnection(urlsplit(system.address).netloc)

    def send(self, request: Request, method: str, body: str | None) -> tuple[HTTPResponse, bytes]:
        headers = {"Authorization": f"Bearer {request.player.token}"}
        if body:
            headers["Content-Type"] = "application/json"
        self.http.request(method, request.path, body, headers)
        answer = self.http.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        return answer, content

    def confirm(self, request: Request, due_at: float) -> Took:
        """Send a command at its time and ask for its match; what is shown must be the same."""
        time.sleep(max(0.0, due_at - time.perf_counter()))
        sent_at = time.perf_counter()
        answer, confirmed = self.send(request, request.method, request.body)
        answered_at = time.perf_counter()
        _, shown = self.send(request, "GET", None)
        read_at = time.perf_counter()
        assert answer.headers["Event-Position-Reached"] is None
        assert msgspec.json.decode(shown) == msgspec.json.decode(confirmed)
        return Took(1000 * (answered_at - sent_at), 1000 * (read_at - sent_at))


def measured(system: Copy, requests: Sequence[Request]) -> list[Took]:
    """What each took, of so many a second."""
    client = Client(system)
    began_at = time.perf_counter()
    with ThreadPoolExecutor(CONFIRMERS) as threads:
        due = [began_at + number / A_SECOND for number in range(len(requests))]
        return list(threads.map(client.confirm, requests, due))


def main() -> None:
    """Seed, start, measure, and print the table."""
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        Path(name).chmod(0o755)
        folder, settings = Path(name) / "data", {"TRACKER_RATE_LIMITS": "off"}
        wanted = A_SECOND * SECONDS
        system = Copy(folder, **settings)
        _, _, *players = everybody = [Player(system) for _ in range(2 + CONFIRMERS)]
        system.end(SIGTERM)
        write(folder, {player.id: History(CONFIRMED, wanted) for player in everybody})
        system = Copy(folder, **settings)
        try:
            for player in players:
                player.sign_in(system)
            took = measured(system, confirmations(players)(SECONDS)[:wanted])
        finally:
            system.end(SIGTERM)
    table = Table(title=f"ms at {A_SECOND} commands a second, {len(took):,} commands")
    for column in ("", "median", "p95", "bar of p95"):
        table.add_column(column, justify="right" if column else "left")
    for what, numbers, bar in (
        ("the command is answered", [each.command for each in took], ""),
        ("a query has shown it", [each.query for each in took], f"{BAR_MS:.0f}"),
    ):
        *_, p95 = statistics.quantiles(numbers, n=20)
        table.add_row(what, f"{statistics.median(numbers):.1f}", f"{p95:.1f}", bar)
    Console().print(table)


if __name__ == "__main__":
    main()
