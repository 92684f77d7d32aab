"""Reads pictures in a child process with limits, so that a bad one costs one reading."""

import asyncio
import contextlib
import os
import signal
import sys
from typing import Final

import msgspec

from events.reading import FailureReason, Reading, Unreadable
from ocr_service.frames import LENGTH, READY, Answer, framed
from ocr_service.looked import Looked

SECONDS: Final = 15.0
CPU_SECONDS: Final = 10
MEMORY: Final = 1536 * 1024 * 1024
SECONDS_TO_START: Final = 60.0

TIMED_OUT: Final = Unreadable(
    reason=FailureReason.TIMED_OUT,
    detail="Reading this picture took too long and was stopped. Please type the numbers in.",
)
CRASHED: Final = Unreadable(
    reason=FailureReason.CRASHED,
    detail="Reading this picture failed. Please type the numbers in, or send another screenshot.",
)


class ReaderDoesNotStart(Exception):
    """The reading process ended before it was ready: the installation is at fault."""


class IsolatedReader:
    """A warm reading process, replaced when it dies or hangs. One picture at a time."""

    def __init__(
        self,
        *,
        engine: str = "tesserocr",
        seconds: float = SECONDS,
        cpu_seconds: int = CPU_SECONDS,
        memory: int = MEMORY,
    ) -> None:
        self._command = ("-m", "ocr_service.reading_process", engine, str(memory), str(cpu_seconds))
        self._seconds = seconds
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process id of the present child, if there is one."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Warm up, so that the first picture need not wait; raises `ReaderDoesNotStart`."""
        async with self._turn:
            await self._ready()

    async def read(self, picture: bytes) -> Reading | Unreadable:
        """Read `picture`; raises `ReaderDoesNotStart`."""
        return (await self.look(picture)).outcome

    async def look(self, picture: bytes) -> Looked:
        """Read `picture` and make a small one of it; raises `ReaderDoesNotStart`."""
        async with self._turn:
            child = await self._ready()
            try:
                async with asyncio.timeout(self._seconds):
                    return await _ask(child, picture)
            except TimeoutError:
                await self._end()
                return Looked(TIMED_OUT)
            except (asyncio.IncompleteReadError, ConnectionError):
                code = await self._end()
                return Looked(TIMED_OUT if code == -signal.SIGXCPU else CRASHED)
            except BaseException:  # cancelled in the middle: the answer would go to the next one
                await self._end()
                raise

    async def close(self) -> None:
        """End the child."""
        async with self._turn:
            await self._end()

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._child and self._child.returncode is None:
            return self._child
        await self._end()
        self._child = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # A signal for the worker's group, such as Ctrl-C, must not end a reading: the worker
            # decides. An engine may have started a program, which shares the child's group.
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(SECONDS_TO_START):
                if await _receive(self._child) == READY:
                    return self._child
        except (TimeoutError, asyncio.IncompleteReadError):
            pass
        except BaseException:
            await self._end()
            raise
        await self._end()
        raise ReaderDoesNotStart("The process that reads screenshots does not start.")

    async def _end(self) -> int | None:
        """Kill the child and wait for its end; gives its exit code."""
        child, self._child = self._child, None
        if child is None:
            return None
        if child.stdin:
            child.stdin.close()
        # A child that has just died by itself keeps its own exit code.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                return await child.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        return await child.wait()


async def _ask(child: asyncio.subprocess.Process, picture: bytes) -> Looked:
    if child.stdin is None:
        return Looked(CRASHED)
    child.stdin.write(framed(picture))
    await child.stdin.drain()
    answer = msgspec.msgpack.decode(await _receive(child), type=Answer)
    return Looked(answer.reading or answer.failure or CRASHED, answer.thumbnail)


async def _receive(child: asyncio.subprocess.Process) -> bytes:
    if child.stdout is None:
        return b""
    (length,) = LENGTH.unpack(await child.stdout.readexactly(LENGTH.size))
    return await child.stdout.readexactly(length)
