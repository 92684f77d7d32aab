"""Break a running system at random under load: ``python -m tests.faults.chaos --kills 200``.

With ``--two`` there are two of every process of ours, used side by side, the second behind proxies
that stall and reset.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Final

from msgspec import Struct
from rich.console import Console
from rich.progress import track

from deploy.nats import LOOPBACK
from ocr_service.drawing import draw, random_match, seeded
from tests.faults.blows import chosen
from tests.faults.invariants import broken
from tests.faults.killing import end
from tests.faults.load import BusyPlayer, Code
from tests.faults.proxy import Proxy
from tests.faults.readiness import HEALED_WITHIN, seconds_until_ready, wait_until_servers_answer
from tests.faults.second_set import SecondSet
from tests.faults.servers import (
    database_address,
    nats_address,
    nats_of,
    postgres_of,
    postgres_socket,
    settings_of,
)
from tests.journeys.copies import Copy, running_copy

PLAYERS: Final = 3
PICTURES: Final = 5
BREATHERS: Final = 0.1  # the share of blows after which it is let heal, and used
OUTCOMES_WITHIN: Final = 60.0  # seconds from one outcome to the next, at most
ASK_AGAIN: Final = 0.05  # seconds


class Plan(Struct, frozen=True):
    """How a system is broken; the same seed chooses the same blows."""

    kills: int
    seed: int
    two: bool = False
    longest_pause: float = 1.5  # seconds between two blows


class Stage(Struct, frozen=True):
    """The systems that are used and broken, and the proxies before the servers of the second."""

    systems: list[Copy]
    proxies: list[Proxy]


def break_and_heal(plan: Plan, console: Console | None = None) -> list[str]:
    """Run a system under load, break and heal it; gives what does not hold."""
    chance = random.Random(plan.seed)  # noqa: S311  # nothing here is secret
    pictures = [draw(random_match(seeded(plan.seed + n)), (960, 432)) for n in range(PICTURES)]
    with _running(two=plan.two) as stage, ExitStack() as at_the_end:
        codes: list[Code] = []
        players = [
            BusyPlayer(stage.systems, pictures, plan.seed + n, codes) for n in range(PLAYERS)
        ]
        for player in players:
            at_the_end.callback(player.player.http.close)
            at_the_end.callback(player.stop)
            player.start()
        ready: list[float] = []
        blows = range(plan.kills)
        for _ in track(blows, "Breaking", console=console) if console else blows:
            for blow in chosen(chance, stage.systems, stage.proxies):
                blow()
            time.sleep(chance.uniform(0, plan.longest_pause))
            if chance.random() < BREATHERS:
                ready.append(_let_it_heal(stage))
                time.sleep(chance.uniform(0, plan.longest_pause))
        ready.append(_let_it_heal(stage))
        for player in players:
            player.stop()
        for player in players:
            player.join()
        _wait_for_outcomes(players)
        if console:
            console.print(
                _work_done(players),
                f"{len(ready)} times it was let heal: ready {median(ready):.1f} s after the servers"
                f" answered (median), {max(ready):.1f} s at most.",
            )
        settings = settings_of(stage.systems[0])
        return [
            *(f"A player met {p.failure!r}" for p in players if p.failure),
            *(f"Ready only after {seconds:.1f} s." for seconds in ready if seconds > HEALED_WITHIN),
            *broken(settings, players),
        ]


@contextmanager
def _running(*, two: bool) -> Iterator[Stage]:
    with ExitStack() as at_the_end:
        settings = {"TRACKER_RATE_LIMITS": "off", "TRACKER_QUOTA_PENDING": "1000"}
        first = at_the_end.enter_context(running_copy(**settings))
        if not two:
            yield Stage([first], [])
            return
        socket = postgres_socket(postgres_of(first).conninfo())
        before_postgres = at_the_end.enter_context(Proxy(socket))
        before_nats = at_the_end.enter_context(Proxy((LOOPBACK, nats_of(first).port)))
        second = SecondSet(
            first,
            database=database_address(before_postgres.port),
            nats=nats_address(first, before_nats.port),
        )
        at_the_end.callback(end, second)
        yield Stage([first, second], [before_postgres, before_nats])


def _let_it_heal(stage: Stage) -> float:
    """Break nothing until all is well; gives how long that took once the servers answered."""
    for proxy in stage.proxies:
        proxy.flow()
    wait_until_servers_answer(stage.systems[0])
    return seconds_until_ready(*stage.systems)


def _work_done(players: list[BusyPlayer]) -> str:
    matches = [match for player in players for match in player.matches]
    changes = sum(len(match.confirmed_versions) - 1 for match in matches)
    doubtful = sum(match.doubtful for match in matches)
    shared = sum(len(player.shared) for player in players)
    between = sum(len(player.acknowledged) for player in players)
    return (
        f"{len(matches)} uploads, {changes} confirmed changes, {doubtful} in doubt,"
        f" {between} requests and answers between players, {shared} matches shared."
    )


def _wait_for_outcomes(players: list[BusyPlayer]) -> None:
    """Wait for every reading, however many there are, for as long as the queue moves."""
    give_up_at = time.monotonic() + OUTCOMES_WITHIN
    for player in players:
        for match in player.matches:
            while time.monotonic() < give_up_at:
                answer = player.player.http.get(f"/api/matches/{match.id}/history/")
                if any(entry["actor"] == "ocr" for entry in answer.json()):
                    give_up_at = time.monotonic() + OUTCOMES_WITHIN
                    break
                time.sleep(ASK_AGAIN)


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    parser.add_argument("--two", action="store_true", help="two of every process of ours")
    parsed = parser.parse_args()
    console = Console()
    console.print(f"seed {parsed.seed}")
    plan = Plan(parsed.kills, parsed.seed, parsed.two)
    found = break_and_heal(plan, console)
    for sentence in found:
        console.print(sentence)
    console.print(f"{parsed.kills} blows, {len(found)} invariants broken.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
