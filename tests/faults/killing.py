"""Finds the processes of a running copy, and kills them as the kernel would."""

import os
import signal
from contextlib import suppress
from typing import Final

from tests.deploy.processes import command_line, descendants
from tests.journeys.copies import Copy

# What stands in the command line of each.
PARTS: Final = {
    "ocr": "deploy\0ocr",
    "reader": "ocr_service.reading_process",
    "followers": "deploy\0followers",
    "api": "deploy\0api",
    "nats": "nats-server",
    "postgres": "bin/postgres\0",
}


def process_of(system: Copy, part: str) -> int | None:
    """The process of a part, or None while it has none."""
    for process_id in sorted(descendants(system.process.pid)):
        if PARTS[part] in command_line(process_id):
            return process_id
    return None


def kill(system: Copy, part: str, how: signal.Signals = signal.SIGKILL) -> bool:
    """Kill the process of a part; False if there was none at the moment."""
    process_id = process_of(system, part)
    if process_id is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(process_id, how)
    return True


def end(system: Copy) -> None:
    """Kill it with all its processes, whatever state it is in; for the end of a test."""
    system.process.kill()
    system.process.communicate()
