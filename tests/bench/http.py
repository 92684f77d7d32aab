"""CPU that a request costs in all processes together, beside its bar: ``-m tests.bench.http``."""

import argparse
import itertools
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from events.stats import STATISTICS
from tests.bench.histories import History, match_id, write
from tests.bench.uploads import seconds_of_cpu
from tests.bench.wrk import CONNECTIONS, MISSING, Load, Player, Request, load
from tests.journeys.copies import Copy

IDLE_SECONDS = 5.0
WARMING_SECONDS = 1
# What comes after the answers: the read models, the relay.
AFTERWARDS_SECONDS = 0.5
PAGE = 20
CONFIRMED = 1000
CONFIRMERS = 8
MOST_CONFIRMATIONS = 1000  # a second, over all players
PARTS = ("api", "postgres", "followers", "nats", "ocr", "up")


class Case(Struct, frozen=True):
    """What is asked for again and again; `bar` is in milliseconds of CPU, None for no bar."""

    name: str
    bar: float | None
    requests: Callable[[int], Sequence[Request]]  # for so many seconds


class Round(Struct, frozen=True):
    """Milliseconds of CPU a request, by part, and the load that it was measured under."""

    cpu: dict[str, float]
    load: Load

    @property
    def together(self) -> float:
        return sum(self.cpu.values())


def idle_cost(system: Copy) -> dict[str, float]:
    """Seconds of CPU a second while nothing is asked, by part."""
    before, began_at = seconds_of_cpu(system), time.monotonic()
    time.sleep(IDLE_SECONDS)
    after, took = seconds_of_cpu(system), time.monotonic() - began_at
    return {part: (after[part] - before[part]) / took for part in PARTS}


def measured(
    system: Copy, requests: Sequence[Request], seconds: int, idle: dict[str, float]
) -> Round:
    """One round of load, and what it used without what is used anyway."""
    before, began_at = seconds_of_cpu(system), time.monotonic()
    done = load(system, requests, seconds)
    time.sleep(AFTERWARDS_SECONDS)
    after, took = seconds_of_cpu(system), time.monotonic() - began_at
    used = {part: after[part] - before[part] - idle[part] * took for part in PARTS}
    return Round({part: 1000 * used[part] / done.requests for part in PARTS}, done)


def cases(
    system: Copy, reader: Player, veteran: Player, confirmers: list[Player], many: int
) -> Iterator[Case]:
    """What is measured, with its bars."""

    def again(*requests: Request) -> Callable[[int], Sequence[Request]]:
        requests[0].ask(system)
        return lambda _: requests

    # What the gateway answers by itself: machines and days differ, and this tells by how much.
    nothing = Request(reader, "/api/matches/", "OPTIONS", status=204)
    yield Case("the server alone", None, again(nothing))
    page = Request(reader, f"/api/matches/?limit={PAGE}")
    ids = random.sample(range(CONFIRMED), CONFIRMED)
    matches = [Request(reader, f"/api/matches/{match_id(0, number)}/") for number in ids]
    yield Case(f"list of {PAGE} of {CONFIRMED:,}", 0.5, again(page))
    yield Case("one match", 0.3, again(*matches))
    yield Case(f"summary of {CONFIRMED:,}", 0.3, again(Request(reader, "/api/stats/summary/")))
    yield Case(f"summary of {many:,}", 0.3, again(Request(veteran, "/api/stats/summary/")))
    yield Case(f"first page of {many:,}", 0.5, again(Request(veteran, page.path)))
    pages = many // PAGE
    last = Request(veteran, last_page(system, veteran, many))
    yield Case(f"page {pages:,} of {many:,}", 0.5, again(last))
    known = ("If-None-Match", page.ask(system).headers["ETag"])
    unchanged = Request(reader, page.path, headers=known, status=304)
    yield Case("304 for a list", 0.15, again(unchanged))
    same = [
        Request(reader, request.path, headers=("If-None-Match", '"3"'), status=304)
        for request in matches
    ]
    yield Case("304 for one match", 0.15, again(*same))
    yield Case("PUT confirm", 2.5, confirmations(confirmers))


def last_page(system: Copy, player: Player, matches: int) -> str:
    """The address of the last page, found by following the links of larger ones."""
    large, rest = divmod(matches - PAGE, 5 * PAGE)
    path = "/api/matches/?limit=1"
    for size in (*[5 * PAGE] * large, rest):
        page = Request(player, re.sub("limit=[0-9]+", f"limit={size}", path))
        path = page.ask(system).links["next"]["url"]
    return re.sub("limit=[0-9]+", f"limit={PAGE}", path)


def confirmations(players: list[Player]) -> Callable[[int], Sequence[Request]]:
    """Each confirms a match that was read and not confirmed yet, of one player after the other."""
    numbers = {key: {"user": 40 + i, "opponent": 60 - i} for i, key in enumerate(STATISTICS)}
    unused = itertools.count()

    def some(seconds: int) -> Sequence[Request]:
        made = []
        for number in itertools.islice(unused, seconds * MOST_CONFIRMATIONS):
            body = {"score_user": number % 4, "score_opponent": number % 3, "stats": numbers}
            which, position = number % len(players), number // len(players)
            path = f"/api/matches/{match_id(2 + which, CONFIRMED + position)}/"
            made.append(
                Request(
                    players[which],
                    path,
                    "PUT",
                    ("Content-Type", "application/json"),
                    msgspec.json.encode(body).decode(),
                )
            )
        return made

    return some


def at_half_rate(system: Copy, case: Case, greatest: float, seconds: int) -> Load:
    """Under about half of the greatest rate: connections pause as long as they waited."""
    pause_ms = 1000 * CONNECTIONS / greatest
    return load(system, case.requests(seconds), seconds, pause_ms)


def main() -> None:
    """Seed, start, measure, and print the table."""
    given = arguments()
    if not shutil.which("wrk"):
        sys.exit(MISSING)
    table = Table(title=f"ms of CPU a request, {CONNECTIONS} connections, median of {given.rounds}")
    for column in ("", "bar", "together", *PARTS, "requests/s", "at half: /s", "p99 ms"):
        table.add_column(column, justify="right" if column else "left")
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "data"
        settings = {"TRACKER_RATE_LIMITS": "off"}
        confirmations = given.rounds * (given.seconds + 3) * MOST_CONFIRMATIONS
        players = seeded(folder, settings, given.matches, confirmations)
        system = Copy(folder, **settings)
        try:
            idle = idle_cost(system)
            for player in players:
                player.sign_in(system)
            for case in cases(system, players[0], players[1], players[2:], given.matches):
                if given.only not in case.name:
                    continue
                load(system, case.requests(WARMING_SECONDS), WARMING_SECONDS)
                rounds = [
                    measured(system, case.requests(given.seconds), given.seconds, idle)
                    for _ in range(given.rounds)
                ]
                rate = max(each.load.rate for each in rounds)
                half = at_half_rate(system, case, rate, given.seconds)
                middle = sorted(rounds, key=lambda each: each.together)[len(rounds) // 2]
                table.add_row(
                    case.name,
                    "" if case.bar is None else f"{case.bar:.2f}",
                    f"{middle.together:.3f}",
                    *(f"{middle.cpu[part]:.3f}" for part in PARTS),
                    f"{rate:,.0f}",
                    f"{half.rate:,.0f}",
                    f"{half.p99:.1f}",
                )
        finally:
            system.end(signal.SIGTERM)
    Console(width=140).print(table)
    Console().print(f"Idle, which is not counted: {1000 * sum(idle.values()):.0f} ms a second.")


def seeded(folder: Path, settings: dict[str, str], many: int, confirmations: int) -> list[Player]:
    """A system with its players: one with some matches, one with many, and those who confirm."""
    system = Copy(folder, **settings)
    players = [Player(system) for _ in range(2 + CONFIRMERS)]
    system.end(signal.SIGTERM)
    confirmers = History(CONFIRMED, confirmations // CONFIRMERS)
    histories = [History(CONFIRMED), History(many), *(confirmers for _ in range(CONFIRMERS))]
    write(folder, {p.id: history for p, history in zip(players, histories, strict=True)})
    return players


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench.http")
    parser.add_argument("--matches", type=int, default=100_000, help="of the player with many")
    parser.add_argument("--seconds", type=int, default=4, help="of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="cases with this in their name")
    return parser.parse_args()


if __name__ == "__main__":
    main()
