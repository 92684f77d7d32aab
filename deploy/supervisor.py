"""Keep one process running: start it again when it dies, say why it died, stop it in order."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from deploy.launch import POLL, Launch, StartFailed, last_lines
from deploy.terminal import complain

FIRST_DELAY: Final = 0.1  # seconds; doubled with each death of its own
LONGEST_DELAY: Final = 5.0  # seconds; a system must be back 10 s after its servers are
LONG_LIFE: Final = 10.0  # seconds; after such a life the delay begins small again
# Who was killed from outside after so many seconds had come up well. The kernel kills like that,
# too, when memory runs out: a life that is always shorter is the process' own fault.
GROWN_UP: Final = 1.0
TRIES: Final = 5  # a server that never answered is given up after so many deaths


class Kept:
    """A process kept running. Call everything from the main thread's event loop.

    `launch` says before each start how to start; `answers` (asked in a thread) whether it serves;
    `on_return` is awaited when it serves again after a death. Its output is added to `log`.
    `stdin` is a file descriptor.
    """

    def __init__(
        self,
        name: str,
        launch: Callable[[], Launch],
        log: Path,
        *,
        answers: Callable[[], bool] | None = None,
        on_return: Callable[[], Awaitable[None]] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        stops_within: float = 15.0,
        stdin: int = DEVNULL,
    ) -> None:
        self.name = name
        self.log = log
        self._launch = launch
        self._answers = answers
        self._on_return = on_return
        self._stop_signal = stop_signal
        self._stops_within = stops_within
        self._stdin = stdin
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._first_answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hurry = asyncio.Event()
        self._delay = FIRST_DELAY
        self._is_stopping = False

    def start(self) -> None:
        """Begin to keep it running."""
        self._task = asyncio.create_task(self._keep(), name=self.name)

    async def first_answer(self, seconds: float) -> None:
        """Wait until it serves for the first time; raises `StartFailed`."""
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._first_answer)
        except TimeoutError:
            raise StartFailed(_said(f"{self.name} does not answer.", self.log, 0)) from None

    def hurry(self) -> None:
        """Cut short the delay before the next start: what it needs is there again."""
        self._delay = FIRST_DELAY
        self._hurry.set()

    async def stop(self) -> None:
        """Ask it to stop, wait, and kill it with all it started when it takes too long."""
        self._is_stopping = True
        self._hurry.set()
        if not self._task:
            return
        self._signal_stop()
        done, _ = await asyncio.wait([self._task], timeout=self._stops_within)
        if not done:
            complain(f"{self.name} did not stop within {self._stops_within:g} s and is killed.")
            self.kill()
            await asyncio.wait([self._task])

    def kill(self) -> None:
        """Kill it and all it started; when not stopping, it is then started again."""
        if self._process:
            _kill_group(self._process.pid)

    def _signal_stop(self) -> None:
        if self._process:
            with suppress(ProcessLookupError):
                self._process.send_signal(self._stop_signal)

    async def _keep(self) -> None:
        deaths = 0
        while not self._is_stopping:
            self._hurry.clear()
            started_at, log_start = time.monotonic(), _size(self.log)
            status: int | None = None
            try:
                status = await self._live_once()
                ending = _ending(status)
            except OSError as error:  # no memory or no process number left, perhaps for now
                ending = f"could not be started: {error.strerror}"
            if self._is_stopping:
                return
            life = time.monotonic() - started_at
            if life >= LONG_LIFE or (status == -signal.SIGKILL and life >= GROWN_UP):
                self._delay = FIRST_DELAY
            death = _said(f"{self.name} {ending}.", self.log, log_start)
            deaths += 1
            if deaths == TRIES and self._answers and not self._first_answer.done():
                self._first_answer.set_exception(StartFailed(death))
                return
            delay, self._delay = self._delay, min(2 * self._delay, LONGEST_DELAY)
            complain(f"{death}\n{self.name} is started again in {delay:g} s.")
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._hurry.wait()

    async def _live_once(self) -> int:
        """Start it, wait for its end, give its status (negative: the signal that ended it)."""
        self._process = process = await _spawn(self._launch(), self.log, self._stdin)
        if self._is_stopping:  # stop() came while it was being started
            self._signal_stop()
        watch = asyncio.create_task(self._wait_for_answer())
        try:
            return await process.wait()
        finally:
            self._process = None
            _kill_group(process.pid)  # what it started must not hold a port or a queue
            watch.cancel()

    async def _wait_for_answer(self) -> None:
        # A server does not call us, it can only be asked.
        while self._answers and not await asyncio.to_thread(self._answers):  # noqa: ASYNC110
            await asyncio.sleep(POLL)
        if not self._first_answer.done():
            self._first_answer.set_result(None)
        elif self._on_return:
            await self._on_return()


async def run_once(launch: Launch, name: str, log: Path, stdin: int = DEVNULL) -> None:
    """Run a process to its end; raises `StartFailed` when its status is not 0."""
    log_start = _size(log)
    process = await _spawn(launch, log, stdin)
    try:
        status = await process.wait()
    finally:
        _kill_group(process.pid)
    if status:
        raise StartFailed(_said(f"{name} {_ending(status)}.", log, log_start))


async def _spawn(launch: Launch, log: Path, stdin: int) -> Process:
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *launch.command,
            env=launch.environment,
            cwd=launch.folder,
            stdin=stdin,
            stdout=output,
            stderr=STDOUT,
            start_new_session=True,
        )


def _kill_group(process_id: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process_id, signal.SIGKILL)


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    return f"was killed by {_signal_name(-status)}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # the real-time signals have no names
        return f"signal {number}"


def _said(what: str, log: Path, since: int) -> str:
    if what.endswith(f"{signal.SIGKILL.name}."):
        return what  # it could not say a word about that
    lines = last_lines(log, since)
    return "\n".join([f"{what} Its last lines:" if lines else what, *(f"  | {x}" for x in lines)])
