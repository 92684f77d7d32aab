"""Puts PNG, JPEG and WebP files together piece by piece, and takes them apart."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Deep = NDArray[np.uint16]


def chunk(name: bytes, content: bytes = b"") -> bytes:
    """A PNG chunk with its length and checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc(name, content))


def crc(name: bytes, content: bytes) -> int:
    return zlib.crc32(name + content)


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each chunk of a PNG."""
    at = 8
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += 12 + size


def header(
    width: int = 4, height: int = 4, depth: int = 8, colour: int = 2, interlaced: int = 0
) -> bytes:
    """The beginning of a PNG: signature and IHDR."""
    content = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", content)


def rows(width: int = 4, height: int = 4, bytes_per_pixel: int = 3) -> bytes:
    """The pixels of a PNG in one IDAT."""
    return chunk(b"IDAT", zlib.compress(bytes(height * (1 + width * bytes_per_pixel))))


def interlaced_png(grey: Pixels) -> bytes:
    """A PNG in the seven passes of Adam7, which neither encoder writes."""
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
    raw = b""
    for top, left, down, right in (*passes, (1, 0, 2, 1)):
        lines = grey[top::down, left::right]
        raw += b"".join(b"\0" + line.tobytes() for line in lines if line.size)
    height, width = grey.shape
    start = header(width, height, colour=0, interlaced=1)
    return start + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND")


def segment(code: int, content: bytes) -> bytes:
    """A JPEG segment."""
    return bytes([0xFF, code]) + struct.pack(">H", len(content) + 2) + content


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """The JPEG with `segments` right after its start."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def riff(*chunks: bytes) -> bytes:
    """A WebP file of these chunks."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def riff_chunk(name: bytes, content: bytes) -> bytes:
    """A WebP chunk, padded."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each chunk of a WebP."""
    at = 12
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at + 4)
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def extended(flags: int, width: int = 33, height: int = 21) -> bytes:
    """The VP8X chunk that opens an extended WebP."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides)
