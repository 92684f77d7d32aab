"""How the servers that come with us are started: in a session of their own, and on a leash."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

LEASH: Final = Path(__file__).with_name("leash.py")
POLL: Final = 0.02  # seconds between two questions to a server that is starting
LINES_SHOWN: Final = 10
TAIL: Final = 4096  # bytes


class StartFailed(Exception):
    """A process ended or was silent for too long; the message says so, or what it wrote last."""


class Launch(Struct, frozen=True):
    """A process to start. Of our own environment it gets nothing but what `environment` says."""

    command: tuple[str, ...]
    environment: dict[str, str]
    folder: Path | None = None  # to work in; ours if none

    def into(self, log: Path) -> "subprocess.Popen[bytes]":
        """Start it, adding what it writes to the file `log`.

        It gets a session of its own: Ctrl-C in a terminal reaches only us, who stop it in order.
        """
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - the command is ours
                self.command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def on_leash(
    command: Iterable[str | Path],
    *,
    death_signal: signal.Signals = signal.SIGKILL,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Launch:
    """`command` as a process that gets `death_signal` when the thread that starts it ends."""
    python = (sys.executable, "-I", "-S", str(LEASH))
    leash = (str(os.getpid()), str(int(death_signal)), user or "-")
    return Launch(
        (*python, *leash, *map(str, command)), {"PATH": os.defpath, **(environment or {})}
    )


def wait_until(
    answers: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path, seconds: float
) -> None:
    """Wait until the server `process` answers; raises `StartFailed`."""
    give_up_at = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None or time.monotonic() > give_up_at:
            raise StartFailed("\n".join(last_lines(log)))
        time.sleep(POLL)


def last_lines(log: Path, since: int = 0) -> list[str]:
    """The end of a log file, at most what follows the byte `since`: for a person who asks why."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(since, size - TAIL) if since <= size else 0)
        text = file.read().decode(errors="replace")
    return text.splitlines()[-LINES_SHOWN:]


def end(process: "subprocess.Popen[bytes]", how: signal.Signals, seconds: float) -> None:
    """Send `how` to `process` and wait; after `seconds`, kill its whole group."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
