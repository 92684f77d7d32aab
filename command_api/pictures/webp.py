"""Checks a WebP chunk by chunk and keeps those that make the picture.

A WebP is a RIFF file: a size, then chunks of a name, a size and a content padded to even length
(RFC 9649). The bare forms hold one image chunk; the extended form begins with VP8X.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from command_api.pictures import orientation
from command_api.pictures.kept import Kept
from command_api.pictures.limits import MAX_PIECES, check_size
from command_api.pictures.picture import Picture
from command_api.pictures.sentences import ANIMATED, CUT_OFF, DAMAGED, TOO_MANY_PIECES
from events.refusals import Invalid

SIGNATURE: Final = re.compile(rb"RIFF....WEBP", re.DOTALL)

_FIRST: Final = 12  # where the first chunk begins
_IMAGES: Final = (b"VP8 ", b"VP8L")
_ANIMATIONS: Final = (b"ANIM", b"ANMF")
_PROFILE, _ALPHA, _EXIF, _ANIMATED = 0x20, 0x10, 0x08, 0x02  # flags of VP8X


class _Chunk(NamedTuple):
    name: bytes
    start: int  # of the content
    end: int  # of the content, without padding


def inspect(upload: memoryview) -> Picture:
    """The picture in a file that begins with `SIGNATURE`; raises `Invalid`."""
    chunks = _chunks(upload)
    first = next(chunks)
    if first.name == b"VP8X":
        return _extended(upload, first, chunks)
    size = _size(upload, first)
    if any(chunk.name in _IMAGES for chunk in chunks):
        raise Invalid(DAMAGED)
    body = Kept(upload)
    _keep(body, first)
    return _picture(size, body)


def _chunks(upload: memoryview) -> Iterator[_Chunk]:
    """The chunks inside of the RIFF size; what hangs on behind is not looked at."""
    whole = 8 + int.from_bytes(upload[4:8], "little")
    if whole > len(upload):
        raise Invalid(CUT_OFF)
    at = _FIRST
    for _ in range(MAX_PIECES):
        start = at + 8
        end = start + int.from_bytes(upload[at + 4 : start], "little")
        if end > whole:
            raise Invalid(DAMAGED)
        yield _Chunk(bytes(upload[at : at + 4]), start, end)
        at = end + (end - start) % 2
        if at >= whole:
            return
    raise Invalid(TOO_MANY_PIECES)


def _extended(upload: memoryview, first: _Chunk, chunks: Iterator[_Chunk]) -> Picture:
    if first.end - first.start != 10:
        raise Invalid(DAMAGED)
    flags = upload[first.start]
    if flags & _ANIMATED:
        raise Invalid(ANIMATED)
    canvas = bytes(upload[first.start + 4 : first.end])
    size = 1 + int.from_bytes(canvas[:3], "little"), 1 + int.from_bytes(canvas[3:], "little")
    check_size(*size)
    body = Kept(upload)
    kept = flags & _ALPHA
    seen: set[bytes] = set()
    for chunk in chunks:
        _check(chunk, seen)
        if chunk.name in _IMAGES and _size(upload, chunk) != size:
            raise Invalid(DAMAGED)
        if chunk.name in (*_IMAGES, b"ALPH"):
            _keep(body, chunk)
        elif chunk.name == b"ICCP" and flags & _PROFILE and chunk.name not in seen:
            _keep(body, chunk)
            kept |= _PROFILE
        elif chunk.name == b"EXIF" and flags & _EXIF and chunk.name not in seen:
            kept |= _turn(upload, chunk, body)
        seen.add(chunk.name)
    if not seen.intersection(_IMAGES):
        raise Invalid(DAMAGED)
    return _picture(size, body, b"VP8X" + b"\x0a\0\0\0" + bytes([kept, 0, 0, 0]) + canvas)


def _check(chunk: _Chunk, seen: set[bytes]) -> None:
    """Transparency stands once before a lossy image; the image stands once."""
    if chunk.name in _ANIMATIONS:
        raise Invalid(ANIMATED)
    unfit_after = {
        b"VP8 ": {b"VP8 ", b"VP8L"},
        b"VP8L": {b"VP8 ", b"VP8L", b"ALPH"},
        b"ALPH": {b"VP8 ", b"VP8L", b"ALPH"},
    }
    if seen & unfit_after.get(chunk.name, set()):
        raise Invalid(DAMAGED)


def _size(upload: memoryview, image: _Chunk) -> tuple[int, int]:
    """Width and height in pixels, from the first bytes of the image itself."""
    content = bytes(upload[image.start : min(image.end, image.start + 10)])
    if image.name == b"VP8 " and len(content) == 10:
        size = _lossy_size(content, image.end - image.start)
    elif image.name == b"VP8L" and len(content) >= 5:
        size = _lossless_size(content)
    else:
        raise Invalid(DAMAGED)
    check_size(*size)
    return size


def _lossy_size(head: bytes, length: int) -> tuple[int, int]:
    """From the header of a VP8 key frame (RFC 6386, section 9.1)."""
    tag = int.from_bytes(head[:3], "little")
    is_key_frame, version, is_shown = not tag & 1, tag >> 1 & 7, tag >> 4 & 1
    if not is_key_frame or version > 3 or not is_shown or head[3:6] != b"\x9d\x01\x2a":
        raise Invalid(DAMAGED)
    if (tag >> 5) + 10 > length:  # the first partition must fit
        raise Invalid(DAMAGED)
    # the upper two bits of each side are a wish for scaling that still pictures ignore
    return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:], "little") & 0x3FFF


def _lossless_size(head: bytes) -> tuple[int, int]:
    """From the header of a VP8L stream (RFC 9649, section 3.4)."""
    bits = int.from_bytes(head[1:5], "little")
    version = bits >> 29
    if head[0] != 0x2F or version:
        raise Invalid(DAMAGED)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _keep(body: Kept, chunk: _Chunk) -> None:
    body.keep(chunk.start - 8, chunk.end)
    body.write(bytes((chunk.end - chunk.start) % 2))


def _turn(upload: memoryview, exif: _Chunk, body: Kept) -> int:
    """Write the orientation alone, unless upright; the VP8X flag that announces it."""
    end = min(exif.end, exif.start + orientation.MOST_BYTES)
    turn = orientation.read(bytes(upload[exif.start : end]))
    if turn == orientation.UPRIGHT:
        return 0
    content = orientation.alone(turn)
    body.write(b"EXIF" + len(content).to_bytes(4, "little") + content)
    return _EXIF


def _picture(size: tuple[int, int], body: Kept, head: bytes = b"") -> Picture:
    width, height = size
    length = len(b"WEBP") + len(head) + body.size
    riff = b"RIFF" + length.to_bytes(4, "little") + b"WEBP" + head
    return Picture(media_type="image/webp", width=width, height=height, parts=body.parts(riff))
