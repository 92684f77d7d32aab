"""A second API, OCR and followers on the servers of a running copy, kept running as well.

``python -m tests.faults.second_set FOLDER`` is the program, with the ``TRACKER_...`` settings of
the parts in its environment; `SecondSet` starts it.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Final

from deploy.launch import Launch
from deploy.nats import LOOPBACK
from deploy.supervisor import Kept
from tests.deploy.processes import free_port, start, wait_for
from tests.faults.readiness import is_ready
from tests.faults.servers import nats_address, postgres_of
from tests.journeys.copies import Copy

ROOT: Final = Path(__file__).parent.parent.parent
OWN_PARTS: Final = ("api", "followers", "ocr")


class SecondSet(Copy):
    """The parts beside `system`, ready when this object is; ended with `process`.

    `database` and `nats` lead to the servers another way, such as through a proxy.
    """

    def __init__(
        self, system: Copy, *, database: str | None = None, nats: str | None = None
    ) -> None:
        self.folder = system.folder
        self.port = free_port()
        self.address = f"http://{LOOPBACK}:{self.port}"
        settings = {
            "TRACKER_DATA": str(system.folder),
            "TRACKER_PORT": str(self.port),
            "TRACKER_RATE_LIMITS": "off",
            "TRACKER_QUOTA_PENDING": "1000",
            "TRACKER_DATABASE": database or postgres_of(system).conninfo(),
            "TRACKER_NATS": nats or nats_address(system),
        }
        logs = system.folder / "logs" / "second"
        logs.mkdir(exist_ok=True)
        self.process = start("tests.faults.second_set", str(logs), environment=settings)
        wait_for(lambda: is_ready(self))


def _launch(part: str) -> Launch:
    command = (sys.executable, "-m", "deploy", part, "--die-with-standard-input")
    return Launch(command, dict(os.environ), ROOT)


async def _keep(logs: Path) -> None:
    lifeline, _ = os.pipe()
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    parts = [
        Kept(part, lambda part=part: _launch(part), logs / f"{part}.log", stdin=lifeline)  # type: ignore[misc]
        for part in OWN_PARTS
    ]
    for part in parts:
        part.start()
    await told.wait()
    for part in parts:
        await part.stop()


if __name__ == "__main__":
    asyncio.run(_keep(Path(sys.argv[1])))
