"""CPU of an upload in every process but the OCR: ``python -m tests.bench.uploads``."""

import os
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from tests.journeys.copies import Copy
from tests.journeys.players import Player

UPLOADS = 400
# Of each player, and before that to warm up: together no more than may wait to be read at once.
# With more in the quota's row, to rewrite it would soon cost more than all the rest.
EACH = 16
WARMING_UP = 4
IDLE_SECONDS = 5.0
BAR_MS = 3.0
# As many clients at once; with more, the commits of several are shared.
CLIENTS = (1, 4)
PARTS = ("api", "postgres", "nats", "followers", "up")
ASYNC = {"Prefer": "respond-async"}


def picture(kilobytes: int = 230) -> bytes:
    """A PNG of this size: noise, whose pixels do not compress."""
    side = int((kilobytes * 1000 / 3) ** 0.5)
    noise = np.random.default_rng(7).integers(0, 256, (side, side, 3), np.uint8)
    return cv2.imencode(".png", noise)[1].tobytes()


def part_of(process: psutil.Process) -> str:
    """Which part of the system a process is of, by its command line."""
    words = process.cmdline()
    for part in ("api", "ocr", "followers", "up"):
        if part in words:
            return part
    return "nats" if "nats-server" in " ".join(words[:1]) else "postgres"


def processes(system: Copy) -> list[psutil.Process]:
    root = psutil.Process(system.process.pid)
    return [root, *root.children(recursive=True)]


def seconds_of_cpu(system: Copy) -> dict[str, float]:
    """Seconds used so far by part; those of processes that ended count for their parent."""
    used: dict[str, float] = defaultdict(float)
    tick = os.sysconf("SC_CLK_TCK")
    for process in processes(system):
        try:
            part = part_of(process)
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        except (OSError, psutil.NoSuchProcess):
            continue
        used[part] += sum(map(int, fields[11:15])) / tick
    return used


def ocr_of(system: Copy) -> list[psutil.Process]:
    return [p for p in processes(system) if part_of(p) == "ocr"]


def upload(player: Player, content: bytes, count: int) -> None:
    for _ in range(count):
        answer = player.upload(content, headers=ASYNC)
        assert answer.status_code == 202, answer.text


def milliseconds(system: Copy, clients: int, content: bytes) -> dict[str, float]:
    """What each part uses for one upload, without what it uses when nothing is asked."""
    before = seconds_of_cpu(system)
    time.sleep(IDLE_SECONDS)
    after = seconds_of_cpu(system)
    idle = {part: after[part] - before[part] for part in PARTS}
    players = [Player(system) for _ in range(UPLOADS // EACH)]
    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(lambda player: upload(player, content, WARMING_UP), players))
        before, began_at = seconds_of_cpu(system), time.monotonic()
        list(threads.map(lambda player: upload(player, content, EACH), players))
        time.sleep(1)  # for what comes after the answers
        took = time.monotonic() - began_at
    after = seconds_of_cpu(system)
    for player in players:
        player.http.close()
    return {
        part: 1000
        * (after[part] - before[part] - idle[part] * took / IDLE_SECONDS)
        / (EACH * len(players))
        for part in PARTS
    }


def main() -> None:
    """Measure and print the table."""
    content = picture()
    table = Table("clients", *PARTS, "ms of CPU an upload")
    table.title = f"upload of a PNG of {len(content) // 1000} KB; bar {BAR_MS} ms"
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        Path(name).chmod(0o755)
        system = Copy(Path(name) / "data", TRACKER_RATE_LIMITS="off")
        stopped = ocr_of(system)
        for process in stopped:
            process.suspend()
        try:
            for clients in CLIENTS:
                used = milliseconds(system, clients, content)
                row = [f"{used[part]:.2f}" for part in PARTS]
                table.add_row(str(clients), *row, f"{sum(used.values()):.2f}")
        finally:
            for process in stopped:
                process.resume()
            system.process.terminate()
            system.process.communicate()
    Console().print(table)


if __name__ == "__main__":
    main()
