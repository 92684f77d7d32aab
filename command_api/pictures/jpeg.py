"""Checks a JPEG marker by marker up to its end, and leaves out what is not the picture.

A JPEG is a row of segments, each a marker (FF and a code), a length and a content; the compressed
pixels follow the content of a scan's segment and end at the next marker (ITU T.81, annex B).
"""

import re
from typing import Final

from command_api.pictures import orientation
from command_api.pictures.jpeg_segments import (
    Frame,
    read_application,
    read_frame,
    read_huffman,
    read_quantization,
    read_scan,
)
from command_api.pictures.kept import Kept
from command_api.pictures.limits import MAX_PIECES, MAX_SCANS
from command_api.pictures.picture import Picture
from command_api.pictures.sentences import CUT_OFF, DAMAGED, TOO_MANY_PIECES
from events.refusals import Invalid

SIGNATURE: Final = b"\xff\xd8\xff"

_MARKER: Final = re.compile(rb"\xff++([^\x00\xff])")  # FF may be repeated before the code
# Among pixels FF 00 stands for the byte FF, and D0 to D7 are restart points.
_MARKER_AFTER_PIXELS: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_END, _SCAN, _QUANTIZATION, _HUFFMAN, _RESTARTS = 0xD9, 0xDA, 0xDB, 0xC4, 0xDD
_FRAMES: Final = {*range(0xC0, 0xD0)} - {_HUFFMAN, 0xC8, 0xCC}
_APPLICATIONS: Final = range(0xE0, 0xF0)
_LEFT_OUT: Final = {0xCC, 0xDC, *range(0xF0, 0xFF)}  # no decoder of ordinary JPEGs heeds them
_TABLES_AND_SCANS: Final = {_SCAN, _QUANTIZATION, _HUFFMAN, _RESTARTS}
_SEGMENTS: Final = {*_FRAMES, *_APPLICATIONS, *_LEFT_OUT, *_TABLES_AND_SCANS}


def inspect(upload: memoryview) -> Picture:
    """The picture in a file that begins with `SIGNATURE`; raises `Invalid`."""
    walk = _Walk(upload)
    at = 2
    for _ in range(MAX_PIECES):
        code, start = _marker(upload, at)
        if code == _END:
            return walk.picture(start)
        at = walk.segment(code, start)
    raise Invalid(TOO_MANY_PIECES)


def _marker(upload: memoryview, at: int) -> tuple[int, int]:
    """The code of the marker at `at`, and where it ends."""
    found = _MARKER.match(upload, at)
    if found:
        return upload[found.start(1)], found.end()
    raise Invalid(CUT_OFF if at >= len(upload) - 1 else DAMAGED)


class _Walk:
    """What the segments so far have said, and what is kept of them."""

    def __init__(self, upload: memoryview) -> None:
        self._upload = upload
        self._kept = Kept(upload)
        self._kept.keep(0, 2)
        self._frame: Frame | None = None
        self._quantization: set[int] = set()
        self._has_exif = False
        self._scans = 0
        self._scanned: set[int] = set()
        self._pixel_bytes = 0

    def segment(self, code: int, start: int) -> int:
        """Check and sort the segment whose marker ends at `start`; where the next one begins."""
        if code not in _SEGMENTS:
            raise Invalid(DAMAGED)
        content, end = self._content(start)
        if code in _LEFT_OUT:
            return end
        if code in _APPLICATIONS:
            self._application(code, content)
            return end
        if code in _FRAMES:
            self._describe(code, content)
        elif code == _SCAN:
            end = self._scan(content, end)
        elif code == _QUANTIZATION:
            self._quantization |= read_quantization(content)
        elif code == _HUFFMAN:
            read_huffman(content)
        elif len(content) != 2:  # the restart interval
            raise Invalid(DAMAGED)
        self._kept.keep(start - 2, end)
        return end

    def picture(self, end: int) -> Picture:
        """The picture, when the end marker ends at `end`."""
        frame = self._frame
        if frame is None:
            raise Invalid(DAMAGED)
        if self._scanned != frame.components or self._pixel_bytes < frame.least_pixel_bytes:
            raise Invalid(CUT_OFF)
        self._kept.keep(end - 2, end)
        return Picture(
            media_type="image/jpeg",
            width=frame.width,
            height=frame.height,
            parts=self._kept.parts(),
        )

    def _content(self, start: int) -> tuple[bytes, int]:
        length = int.from_bytes(self._upload[start : start + 2], "big")
        end = start + max(length, 2)
        if end > len(self._upload):
            raise Invalid(CUT_OFF)
        if length < 2:
            raise Invalid(DAMAGED)
        return bytes(self._upload[start + 2 : end]), end

    def _application(self, code: int, content: bytes) -> None:
        if self._scans:
            return  # decoders have made up their mind about colours by now
        is_exif = code == 0xE1 and content[:6] == b"Exif\0\0"
        if not is_exif:
            self._kept.write(read_application(code, content))
        elif not self._has_exif:
            self._has_exif = True
            self._kept.write(_turned(content))

    def _describe(self, code: int, content: bytes) -> None:
        if self._frame:
            raise Invalid(DAMAGED)
        self._frame = read_frame(code, content)

    def _scan(self, content: bytes, end: int) -> int:
        """Check a scan and pass over its pixels; where the next marker begins."""
        frame = self._frame
        if frame is None or not frame.quantization <= self._quantization:
            raise Invalid(DAMAGED)
        self._scanned |= read_scan(content, frame)
        self._scans += 1
        if self._scans > MAX_SCANS:
            raise Invalid(TOO_MANY_PIECES)
        found = _MARKER_AFTER_PIXELS.search(self._upload, end)
        if not found:
            raise Invalid(CUT_OFF)
        self._pixel_bytes += found.start() - end
        return found.start()


def _turned(exif: bytes) -> bytes:
    turn = orientation.read(exif)
    if turn == orientation.UPRIGHT:
        return b""
    content = b"Exif\0\0" + orientation.alone(turn)
    return b"\xff\xe1" + (len(content) + 2).to_bytes(2, "big") + content
