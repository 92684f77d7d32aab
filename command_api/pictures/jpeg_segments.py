"""Reads the segments of a JPEG that describe the picture: its frame, its tables, its scans.

Each function takes the content of a segment, without marker and length, and raises `Invalid` when
it is not as ITU T.81, annex B, has it.
"""

from typing import Final

from msgspec import Struct

from command_api.pictures.limits import check_size
from command_api.pictures.sentences import DAMAGED, RARE_JPEG
from events.refusals import Invalid

_READABLE: Final = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive; all with Huffman codes
_COLOURS: Final = {1, 3, 4}
_JFIF, _ICC, _ADOBE = b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"


class Frame(Struct, frozen=True):
    """Size in pixels, the ids of the components, and the quantization tables they need."""

    width: int
    height: int
    components: frozenset[int]
    quantization: frozenset[int]

    @property
    def least_pixel_bytes(self) -> int:
        """No picture of this size has fewer: each block of 8 x 8 takes a bit."""
        return self.width * self.height // (64 * 8)


def read_frame(code: int, content: bytes) -> Frame:
    """The frame of a segment with the marker `code` (C0 to CF)."""
    if len(content) < 6 or len(content) != 6 + 3 * content[5]:
        raise Invalid(DAMAGED)
    if code not in _READABLE or content[0] != 8 or content[5] not in _COLOURS:
        raise Invalid(RARE_JPEG)
    height, width = int.from_bytes(content[1:3], "big"), int.from_bytes(content[3:5], "big")
    check_size(width, height)
    components, samplings, tables = content[6::3], content[7::3], content[8::3]
    if any(not 1 <= side <= 4 for both in samplings for side in divmod(both, 16)):
        raise Invalid(DAMAGED)
    return Frame(width, height, frozenset(components), frozenset(tables))


def read_scan(content: bytes, frame: Frame) -> set[int]:
    """The ids of the components that the scan brings."""
    if not content or len(content) != 4 + 2 * content[0]:
        raise Invalid(DAMAGED)
    components = set(content[1:-3:2])
    if not components or not components <= frame.components:
        raise Invalid(DAMAGED)
    return components


def read_quantization(content: bytes) -> set[int]:
    """The numbers of the tables: 64 values each, of one or two bytes."""
    numbers: set[int] = set()
    at = 0
    while at < len(content) and len(numbers) < 4:
        precision, number = divmod(content[at], 16)
        if precision > 1 or number > 3 or number in numbers:
            raise Invalid(DAMAGED)
        numbers.add(number)
        at += 1 + 64 * (1 + precision)
    if at != len(content):
        raise Invalid(DAMAGED)
    return numbers


def read_huffman(content: bytes) -> set[int]:
    """The kinds and numbers of the tables: sixteen counts each, then as many symbols."""
    tables: set[int] = set()
    at = 0
    while at < len(content) and len(tables) < 8:
        table = content[at]
        if table & 0xEC or table in tables:
            raise Invalid(DAMAGED)
        tables.add(table)
        at += 17 + sum(content[at + 1 : at + 17])
    if at != len(content):
        raise Invalid(DAMAGED)
    return tables


def read_application(code: int, content: bytes) -> bytes:
    """The whole segment to write instead: what bears on colours, or nothing."""
    if code == 0xE0 and content[:5] == _JFIF and len(content) >= 14:
        return b"\xff\xe0\x00\x10" + bytes(content[:12]) + bytes(2)  # no thumbnail
    if code == 0xEE and content[:5] == _ADOBE and len(content) >= 12:
        return b"\xff\xee\x00\x0e" + bytes(content[:12])
    if code == 0xE2 and content[:12] == _ICC and len(content) >= 14:
        return b"\xff\xe2" + (len(content) + 2).to_bytes(2, "big") + bytes(content)
    return b""
