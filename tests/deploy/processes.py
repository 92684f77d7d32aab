"""Wait for things that other processes do, without guessing how long they take."""

import os
import secrets
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PATIENCE = 20.0  # seconds; only a broken system needs them
STARTS_WITHIN = 60.0  # seconds, on a busy machine
# Seconds between two questions, which take their time from what is waited for.
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.08


def wait_for(happened: Callable[[], bool]) -> None:
    """Ask until `happened` says yes."""
    give_up_at = time.monotonic() + PATIENCE
    pause = FIRST_PAUSE
    while not happened():
        assert time.monotonic() < give_up_at, "it did not happen"
        select.select([], [], [], pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def wait_until_gone(process_id: int) -> None:
    """Wait until a process, not necessarily a child of ours, has ended."""
    try:
        descriptor = os.pidfd_open(process_id)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], PATIENCE)[0], f"{process_id} is still there"
    finally:
        os.close(descriptor)


def descendants(process_id: int) -> set[int]:
    """Every process below `process_id`, itself included."""
    found = {process_id}
    children = Path(f"/proc/{process_id}/task/{process_id}/children")
    with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        for child in children.read_text().split():
            found |= descendants(int(child))
    return found


def command_line(process_id: int) -> str:
    """What it was started with, each word ended by a NUL; empty where it has ended meanwhile."""
    with suppress(OSError):
        return Path(f"/proc/{process_id}/cmdline").read_text()
    return ""


def belonging_to(folder: Path) -> set[int]:
    """Every living process whose command line or environment names `folder`."""
    name = os.fsencode(folder)
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # Both are empty where the process has ended and only its number is left.
            if name in (process / "cmdline").read_bytes() + (process / "environ").read_bytes():
                found.add(int(process.name))
    return found - {os.getpid()}


def first_line_with(words: str, process: "subprocess.Popen[str]") -> str:
    """The first line with `words` on its standard output; without one, what it wrote is shown."""
    assert process.stdout
    impatient = threading.Timer(STARTS_WITHIN, process.kill)
    impatient.start()
    try:
        for line in iter(process.stdout.readline, ""):
            if words in line:
                return line
    finally:
        impatient.cancel()
    raise AssertionError(process.communicate())


def free_port() -> int:
    """A port that nobody listens on, and that no outgoing connection will be given meanwhile."""
    while True:
        port = secrets.choice(range(10_000, 20_000))
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def start(*command: str, environment: dict[str, str] | None = None) -> "subprocess.Popen[str]":
    """``python -m COMMAND...`` with its standard output and standard error readable."""
    return subprocess.Popen(  # noqa: S603 - the command is the test's
        [sys.executable, "-m", *command],
        cwd=Path(__file__).parent.parent.parent,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
