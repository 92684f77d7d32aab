"""A picture that crashes, hangs or swells costs one reading."""

import asyncio
import contextlib
import os
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator

import psutil
import pytest

from events.reading import FailureReason, Reading, Unreadable
from ocr_service.drawing import draw, random_match, seeded
from ocr_service.isolation import IsolatedReader, ReaderDoesNotStart

pytestmark = pytest.mark.anyio

GOOD = draw(random_match(seeded(1)))


@pytest.fixture
async def reader() -> AsyncIterator[IsolatedReader]:
    made = IsolatedReader(seconds=3)
    await made.start()
    yield made
    await made.close()


def _pid(reader: IsolatedReader) -> int:
    assert reader.pid
    return reader.pid


async def test_picture_is_read_in_a_process_that_stays_warm(reader: IsolatedReader) -> None:
    pid = reader.pid
    assert isinstance(await reader.read(GOOD), Reading)
    assert isinstance(await reader.read(b"no picture"), Unreadable)
    assert isinstance(await reader.read(GOOD), Reading)
    assert reader.pid == pid != os.getpid()


async def test_pictures_at_the_same_time_get_their_own_answers(reader: IsolatedReader) -> None:
    answers = await asyncio.gather(*(reader.read(one) for one in (GOOD, b"broken", GOOD)))
    assert [type(answer) for answer in answers] == [Reading, Unreadable, Reading]


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (signal.SIGKILL, FailureReason.CRASHED),
        (signal.SIGSEGV, FailureReason.CRASHED),
        (signal.SIGXCPU, FailureReason.TIMED_OUT),  # the kernel, when the CPU time is used up
    ],
)
async def test_death_costs_one_reading(
    reader: IsolatedReader, end: signal.Signals, reason: FailureReason
) -> None:
    pid = _pid(reader)
    os.kill(pid, signal.SIGSTOP)  # so that it dies with the picture in its hands
    reading = asyncio.create_task(reader.read(GOOD))
    await asyncio.sleep(0)
    os.kill(pid, end)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
    outcome = await reading
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is reason
    assert isinstance(await reader.read(GOOD), Reading)
    assert reader.pid != pid


async def test_signal_to_the_group_of_the_worker_does_not_reach_the_child(
    reader: IsolatedReader,
) -> None:
    assert os.getpgid(_pid(reader)) != os.getpgid(os.getpid())
    assert isinstance(await reader.read(GOOD), Reading)


async def test_child_that_died_between_pictures_is_replaced(reader: IsolatedReader) -> None:
    dead = psutil.Process(_pid(reader))
    dead.kill()
    outcome = await reader.read(GOOD)
    if isinstance(outcome, Unreadable):  # the news of its death came after the picture was sent
        assert outcome.reason is FailureReason.CRASHED
    assert isinstance(await reader.read(GOOD), Reading)


async def test_hang_is_ended_and_costs_one_reading() -> None:
    reader = IsolatedReader(seconds=0.2)
    await reader.start()
    hanging = psutil.Process(_pid(reader))
    hanging.suspend()
    outcome = await reader.read(GOOD)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is FailureReason.TIMED_OUT
    assert not hanging.is_running()
    await reader.start()
    assert _pid(reader) != hanging.pid
    await reader.close()


async def test_cancelled_reading_does_not_answer_the_next_one(reader: IsolatedReader) -> None:
    first = asyncio.create_task(reader.read(GOOD))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    outcome = await reader.read(b"no picture")
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is FailureReason.UNREADABLE


async def test_bomb_does_not_take_the_memory_of_the_machine() -> None:
    reader = IsolatedReader(seconds=20, memory=768 * 1024 * 1024)
    outcome = await reader.read(_grey_png(16_000, 16_000))
    assert isinstance(outcome, Unreadable)
    assert outcome.reason in {FailureReason.UNREADABLE, FailureReason.CRASHED}
    assert isinstance(await reader.read(GOOD), Reading)
    await reader.close()


async def test_unknown_engine_does_not_start() -> None:
    with pytest.raises(ReaderDoesNotStart):
        await IsolatedReader(engine="abacus").start()


async def test_close_ends_the_child(reader: IsolatedReader) -> None:
    child = psutil.Process(_pid(reader))
    await reader.close()
    assert not child.is_running()
    assert reader.pid is None


async def test_child_dies_with_a_killed_parent() -> None:
    parent = subprocess.Popen(  # noqa: S603, ASYNC220
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    child = psutil.Process(int(parent.stdout.readline()))
    assert child.is_running()
    parent.kill()
    parent.communicate()
    child.wait(timeout=10)


PARENT = """
import asyncio
from ocr_service.isolation import IsolatedReader

async def main():
    reader = IsolatedReader()
    await reader.start()
    print(reader.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def _grey_png(width: int, height: int) -> bytes:
    """A small file of a huge black picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    squeeze = zlib.compressobj(1)
    row = bytes(width + 1)
    pixels = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
