"""Files of full size that were made to keep the server busy."""

import struct
import time
import tracemalloc
from collections.abc import Callable

import pytest

from command_api.pictures import MAX_BYTES, inspect
from events.refusals import Refusal
from tests.command_api.pictures.assembly import chunk, extended, header, rows, segment
from tests.command_api.pictures.samples import JPEGS

END = chunk(b"IEND")
JPEG = JPEGS["plain"]()
PIXELS = JPEG.index(b"\xff\xda") + 14
SCAN = JPEG[PIXELS - 14 : PIXELS]
EMPTY_TABLES = b"".join(bytes([number]) + bytes(16) for number in (0, 1, 2, 3, 16, 17, 18, 19))
ENTRIES = b"II*\0" + struct.pack("<IH", 8, 65_535)


def filled(start: bytes, with_: bytes, end: bytes = b"") -> bytes:
    """`start`, then `with_` again and again up to the byte limit, then `end`."""
    room = MAX_BYTES - len(start) - len(end)
    return start + with_ * (room // len(with_)) + end


def one_webp_chunk_after_another() -> bytes:
    body = b"WEBP" + filled(extended(0), b"prVt\0\0\0\0")[: MAX_BYTES - 16]
    return b"RIFF" + struct.pack("<I", len(body)) + body


HOSTILE = {
    "png: empty chunks": lambda: filled(header(), chunk(b"IDAT")),
    "png: one chunk": lambda: header() + chunk(b"IDAT", bytes(MAX_BYTES - 100)) + END,
    "png: huge EXIF": lambda: (
        header() + chunk(b"eXIf", ENTRIES + bytes(MAX_BYTES - 300)) + rows() + END
    ),
    "jpeg: fill bytes": lambda: filled(b"\xff\xd8", b"\xff"),
    "jpeg: fill bytes that lead nowhere": lambda: filled(b"\xff\xd8", b"\xff", b"\0"),
    "jpeg: fill bytes among pixels": lambda: filled(JPEG[:PIXELS], b"\xff"),
    "jpeg: stuffed bytes": lambda: filled(JPEG[:PIXELS], b"\xff\0", b"\xff\xd9"),
    "jpeg: restarts": lambda: filled(JPEG[:PIXELS], b"\xff\xd0", b"\xff\xd9"),
    "jpeg: empty comments": lambda: filled(b"\xff\xd8", segment(0xFE, b"")),
    "jpeg: empty tables": lambda: filled(b"\xff\xd8", segment(0xC4, EMPTY_TABLES)),
    "jpeg: empty scans": lambda: filled(JPEG[:PIXELS], SCAN),
    "jpeg: every other segment is dropped": lambda: filled(
        b"\xff\xd8", segment(0xDD, b"\0\0") + segment(0xFE, bytes(1100)), JPEG[2:]
    ),
    "jpeg: EXIF again and again": lambda: filled(
        b"\xff\xd8", segment(0xE1, b"Exif\0\0" + ENTRIES + bytes(65_000))
    ),
    "webp: empty chunks": one_webp_chunk_after_another,
}

MOST_SECONDS = 0.25  # of one core, four times what the slowest takes on a slow machine
MOST_BYTES = 4 * 1024 * 1024  # beside the upload and the answer

each_hostile = pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())


def inspected(upload: bytes) -> int:
    """The size of the answer in bytes; 0 for a refusal."""
    try:
        return len(inspect(upload).data)
    except Refusal:
        return 0


@each_hostile
def test_hostile_file_is_dealt_with_quickly(make: Callable[[], bytes]) -> None:
    upload = make()
    seconds = []
    for _ in range(3):  # others use this machine as well: the best of three counts
        start = time.thread_time()
        inspected(upload)
        seconds.append(time.thread_time() - start)
    assert len(upload) > MAX_BYTES - 70_000
    assert min(seconds) < MOST_SECONDS


@each_hostile
def test_hostile_file_takes_little_memory(make: Callable[[], bytes]) -> None:
    upload = make()
    tracemalloc.start()
    try:
        size = inspected(upload)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size + MOST_BYTES
