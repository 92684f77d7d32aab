"""The one thing of a photo's EXIF data that changes how it looks: which side is up.

EXIF is a small TIFF file: a byte order, then a directory of 12-byte entries.
"""

import struct
from typing import Final

UPRIGHT: Final = 1
MOST_BYTES: Final = 64 * 1024  # looked into; a JPEG cannot hold more, and the tag stands in front

_PREFIX: Final = b"Exif\0\0"  # belongs to JPEG; some encoders write it in WebP and PNG as well
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_TAG: Final = 0x0112
_SHORT: Final = 3


def read(exif: bytes) -> int:
    """The orientation that `exif` tells, 1 to 8; upright (1) when it tells none or nonsense."""
    tiff = exif.removeprefix(_PREFIX)
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return UPRIGHT
    (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
    if directory + 2 > len(tiff):
        return UPRIGHT
    (count,) = struct.unpack_from(f"{order}H", tiff, directory)
    entries = tiff[directory + 2 : directory + 2 + 12 * count]
    whole = entries[: len(entries) // 12 * 12]
    for tag, kind, values, value in struct.iter_unpack(f"{order}HHIH2x", whole):
        if tag == _TAG:
            fits = kind == _SHORT and values == 1 and 1 <= value <= 8
            return int(value) if fits else UPRIGHT
    return UPRIGHT


def alone(orientation: int) -> bytes:
    """EXIF data, without prefix, that tells `orientation` (1 to 8) and nothing else."""
    entry = struct.pack(">HHIHH", _TAG, _SHORT, 1, orientation, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
