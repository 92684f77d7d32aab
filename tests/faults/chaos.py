"""Break a running system at random under load: ``python -m tests.faults.chaos --kills 200``."""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import track

from deploy.data_folder import DataFolder
from deploy.postgres import Postgres
from ocr_service.drawing import draw, random_match, seeded
from tests.deploy.processes import wait_for
from tests.faults.invariants import broken
from tests.faults.killing import PARTS, kill
from tests.faults.load import BusyPlayer
from tests.journeys.copies import Copy

PLAYERS = 3
PICTURES = 5
ALL_AT_ONCE = 0.1  # the share of blows that hit everything but the supervisor
LONGEST_PAUSE = 1.5  # seconds between two blows
HEALED_WITHIN = 60.0  # seconds until every upload has its outcome


def break_and_heal(
    folder: Path, kills: int, seed: int, console: Console | None = None
) -> list[str]:
    """Run a system on `folder` under load, kill `kills` processes; gives what does not hold."""
    chance = random.Random(seed)  # noqa: S311  # nothing here is secret
    pictures = [draw(random_match(seeded(seed + n)), (960, 432)) for n in range(PICTURES)]
    system = Copy(folder, TRACKER_RATE_LIMITS="off")
    players = [BusyPlayer(system, pictures, seed + n) for n in range(PLAYERS)]
    try:
        for player in players:
            player.start()
        blows = range(kills)
        for _ in track(blows, "Killing", console=console) if console else blows:
            parts = list(PARTS) if chance.random() < ALL_AT_ONCE else [chance.choice(list(PARTS))]
            for part in parts:
                kill(system, part)
            time.sleep(chance.uniform(0, LONGEST_PAUSE))
        for player in players:
            player.stop()
        for player in players:
            player.join()
        failures = [f"A player met {p.failure!r}" for p in players if p.failure]
        began_to_heal = time.monotonic()
        wait_for(lambda: _is_ready(system))
        healed_in = time.monotonic() - began_to_heal
        _wait_for_outcomes(players)
        if console:
            console.print(_work_done(players), f"Ready {healed_in:.1f} s after the last blow.")
        database = Postgres(DataFolder(folder).postgres).conninfo()
        return [*failures, *broken(database, players)]
    finally:
        for player in players:
            player.stop()
            player.player.http.close()
        system.process.kill()
        system.process.communicate()


def _work_done(players: list[BusyPlayer]) -> str:
    matches = [match for player in players for match in player.matches]
    changes = sum(len(match.confirmed_versions) - 1 for match in matches)
    doubtful = sum(match.doubtful for match in matches)
    return f"{len(matches)} uploads, {changes} confirmed changes, {doubtful} in doubt."


def _is_ready(system: Copy) -> bool:
    try:
        return system.ask("GET", "/readyz").status_code == 200
    except httpx.TransportError:
        return False


def _wait_for_outcomes(players: list[BusyPlayer]) -> None:
    give_up_at = time.monotonic() + HEALED_WITHIN
    for player in players:
        for match in player.matches:
            while time.monotonic() < give_up_at:
                answer = player.player.http.get(f"/api/matches/{match.id}/history/")
                if any(entry["actor"] == "ocr" for entry in answer.json()):
                    break


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))  # noqa: S311
    parsed = parser.parse_args()
    console = Console()
    console.print(f"seed {parsed.seed}")
    with tempfile.TemporaryDirectory(prefix="tracker-chaos-") as name:
        found = break_and_heal(Path(name) / "data", parsed.kills, parsed.seed, console)
    for sentence in found:
        console.print(sentence)
    console.print(f"{parsed.kills} blows, {len(found)} invariants broken.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
