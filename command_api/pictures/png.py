"""Checks a PNG chunk by chunk and keeps those that make the picture.

A chunk is its length, a name of four letters, its content and a checksum over name and content
(PNG, third edition, section 5).
"""

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from msgspec import Struct

from command_api.pictures import orientation
from command_api.pictures.kept import Kept
from command_api.pictures.limits import MAX_PIECES, check_size
from command_api.pictures.picture import Picture
from command_api.pictures.sentences import ANIMATED, CUT_OFF, DAMAGED, TOO_MANY_PIECES
from events.refusals import Invalid

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

_FRAME: Final = 12  # bytes of a chunk around its content
_LONGEST: Final = 2**31 - 1
_NEEDED: Final = {b"PLTE", b"IDAT", b"IEND"}
_LOOK: Final = {b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD"}
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PALETTE: Final = 3
_WITH_PALETTE: Final = (2, 3, 6)
_TRANSPARENT_COLOUR: Final = {0: 2, 2: 6}  # bytes of tRNS
_DEFLATE_BEST: Final = 1032  # no compressed byte can stand for more bytes than these


class _Header(Struct, frozen=True):
    width: int
    height: int
    depth: int
    colour: int


class _Chunk(NamedTuple):
    name: bytes
    start: int  # of the content
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size + 4


def inspect(upload: memoryview) -> Picture:
    """The picture in a file that begins with `SIGNATURE`; raises `Invalid`."""
    chunks = _chunks(upload)
    header = _header(upload, next(chunks))
    kept = Kept(upload)
    kept.keep(0, len(SIGNATURE) + _FRAME + 13)
    seen: dict[bytes, int] = {}  # name -> bytes of content
    previous = b"IHDR"
    for chunk in chunks:
        _check(chunk, header, seen, previous)
        if chunk.name == b"eXIf" and chunk.name not in seen:
            kept.write(_turned(upload, chunk))
        elif _makes_the_picture(chunk.name, seen):
            kept.keep(chunk.start - 8, chunk.end)
        seen[chunk.name] = seen.get(chunk.name, 0) + chunk.size
        previous = chunk.name
    if header.colour == _PALETTE and b"PLTE" not in seen:
        raise Invalid(DAMAGED)
    if seen.get(b"IDAT", 0) * _DEFLATE_BEST < _raw_bytes(header):
        raise Invalid(DAMAGED)
    return Picture(
        media_type="image/png", width=header.width, height=header.height, parts=kept.parts()
    )


def _chunks(upload: memoryview) -> Iterator[_Chunk]:
    """The chunks up to and with IEND, each with a right checksum."""
    at = len(SIGNATURE)
    for _ in range(MAX_PIECES):
        size = int.from_bytes(upload[at : at + 4], "big")
        if len(upload) < at + _FRAME + (size if size <= _LONGEST else 0):
            raise Invalid(CUT_OFF)
        start = at + 8
        name = bytes(upload[at + 4 : start])
        at = start + size + 4
        checksum = int.from_bytes(upload[at - 4 : at], "big")
        if size > _LONGEST or not name.isalpha():
            raise Invalid(DAMAGED)
        if zlib.crc32(upload[start - 4 : at - 4]) != checksum:
            raise Invalid(DAMAGED)
        yield _Chunk(name, start, size)
        if name == b"IEND":
            return
    raise Invalid(TOO_MANY_PIECES)


def _header(upload: memoryview, first: _Chunk) -> _Header:
    if first.name != b"IHDR" or first.size != 13:
        raise Invalid(DAMAGED)
    content = upload[first.start : first.start + 13]
    width, height = int.from_bytes(content[:4], "big"), int.from_bytes(content[4:8], "big")
    depth, colour, compression, filtering, interlacing = content[8:]
    if depth not in _DEPTHS.get(colour, ()) or compression or filtering or interlacing > 1:
        raise Invalid(DAMAGED)
    check_size(width, height)
    return _Header(width, height, depth, colour)


def _check(chunk: _Chunk, header: _Header, seen: dict[bytes, int], previous: bytes) -> None:
    match chunk.name:
        case b"acTL":
            raise Invalid(ANIMATED)
        case b"IDAT":
            fits = b"IDAT" not in seen or previous == b"IDAT"
        case b"PLTE":
            fits = not seen.keys() & {b"PLTE", b"IDAT", b"tRNS"} and _is_palette(chunk, header)
        case b"tRNS":
            fits = b"tRNS" not in seen and _is_transparency(chunk, header, seen.get(b"PLTE", 0))
        case b"IEND":
            fits = chunk.size == 0
        case name:
            fits = name[:1].islower()  # a capital says: whoever does not know me must stop
    if not fits:
        raise Invalid(DAMAGED)


def _is_palette(chunk: _Chunk, header: _Header) -> bool:
    return header.colour in _WITH_PALETTE and chunk.size in range(3, 3 * 256 + 1, 3)


def _is_transparency(chunk: _Chunk, header: _Header, palette: int) -> bool:
    if header.colour == _PALETTE:
        return 1 <= chunk.size <= palette // 3
    return chunk.size == _TRANSPARENT_COLOUR.get(header.colour)


def _makes_the_picture(name: bytes, seen: dict[bytes, int]) -> bool:
    """Decoders go by the first of each kind, and only by those before the pixels."""
    if name in _NEEDED:
        return True
    return name in _LOOK | {b"tRNS"} and name not in seen and b"IDAT" not in seen


def _turned(upload: memoryview, chunk: _Chunk) -> bytes:
    exif = upload[chunk.start : chunk.start + min(chunk.size, orientation.MOST_BYTES)]
    turn = orientation.read(bytes(exif))
    if turn == orientation.UPRIGHT:
        return b""
    content = orientation.alone(turn)
    checksum = zlib.crc32(b"eXIf" + content)
    return len(content).to_bytes(4, "big") + b"eXIf" + content + checksum.to_bytes(4, "big")


def _raw_bytes(header: _Header) -> int:
    """At least this many bytes must come out of the compressed ones; never zero."""
    bits = header.width * header.depth * _CHANNELS[header.colour]
    return header.height * -(-bits // 8)
