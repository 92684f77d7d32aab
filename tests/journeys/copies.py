"""Running copies of the whole system, each started as a user starts it."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from tests.deploy.processes import belonging_to, first_line_with, free_port, start, wait_until_gone
from tests.folders import new_folder
from tests.plain_http import NO_CERTIFICATES
from tests.prepared import prepare_data_folder

# What is tested of hashes is tested without a copy; here they cost more than all else together.
CHEAP_HASHES: Final = "1024,1,1"


class Copy:
    """A running copy of the whole system; it is ready when this object is."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.process = up(folder, self.port, **more)
        ready = first_line_with("is ready at", self.process)
        self.address = re.findall(r"http://\S+", ready)[0]

    def ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        with httpx.Client(base_url=self.address, trust_env=False, verify=NO_CERTIFICATES) as client:
            return client.request(method, path, **content)

    def end(self, how: signal.Signals) -> tuple[int, str]:
        """Send a signal to it; gives the exit status and what it wrote to the standard error."""
        self.process.send_signal(how)
        _, complaints = self.process.communicate(timeout=30)
        return self.process.returncode, complaints


@contextmanager
def running_copy(**settings: str) -> Iterator[Copy]:
    """A copy on a prepared folder of its own, both gone in the end, whatever state it is in."""
    with new_folder() as folder:
        prepare_data_folder(folder / "data")
        copy = Copy(folder / "data", **{"TRACKER_HASH_COST": CHEAP_HASHES, **settings})
        try:
            yield copy
        finally:
            processes = belonging_to(copy.folder)
            copy.process.kill()
            copy.process.communicate()
            for process_id in processes:
                wait_until_gone(process_id)


def up(folder: Path, port: int, **more: str) -> "subprocess.Popen[str]":
    """``python -m deploy up`` on this folder and port, with more settings by name."""
    settings = {"TRACKER_DATA": str(folder), "TRACKER_PORT": str(port), **more}
    return start("deploy", "up", environment=settings)
