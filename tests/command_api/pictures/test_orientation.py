"""Which side of a picture is up."""

import struct

import pytest

from command_api.pictures import inspect, orientation
from tests.command_api.pictures.samples import encoded, exif, image, look

SHORT, LONG = 3, 4


def tiff(order: str, kind: int = SHORT, count: int = 1, value: int = 6) -> bytes:
    start = b"II*\0" if order == "<" else b"MM\0*"
    maker = struct.pack(f"{order}HHIHH", 0x010F, 2, 4, 0, 0)
    turn = struct.pack(f"{order}HHIHH", 0x0112, kind, count, value, 0)
    return start + struct.pack(f"{order}IH", 8, 2) + maker + turn + bytes(4)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_orientation_survives(kind: str, turn: int) -> None:
    upload = encoded(image(), kind, exif=exif(turn))
    picture = inspect(upload)
    assert look(picture.data) == look(upload)
    assert (picture.width, picture.height) == (33, 21)  # as stored, not as shown


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_upright_picture_keeps_no_exif_at_all(kind: str) -> None:
    data = inspect(encoded(image(), kind, exif=exif(1))).data
    assert not [name for name in (b"Exif", b"eXIf", b"EXIF") if name in data]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_orientation_is_read_in_both_byte_orders(order: str, prefix: bytes) -> None:
    assert orientation.read(prefix + tiff(order)) == 6


@pytest.mark.parametrize("turn", range(1, 9))
def test_orientation_alone_reads_back(turn: int) -> None:
    assert orientation.read(orientation.alone(turn)) == turn


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II*\0",
        b"MM\0*\0\0\0\x08",
        b"MM\0*\xff\xff\xff\xff\0\1",
        b"XX*\0" + tiff("<")[4:],
        tiff("<")[:30],
        tiff("<", kind=LONG),
        tiff("<", count=2),
        tiff(">", value=0),
        tiff(">", value=9),
        exif(1),
    ],
    ids=[
        "nothing",
        "a byte order alone",
        "no directory",
        "directory outside",
        "unknown byte order",
        "cut inside the entry",
        "a long number",
        "two values",
        "zero",
        "nine",
        "upright",
    ],
)
def test_nonsense_counts_as_upright(data: bytes) -> None:
    assert orientation.read(data) == orientation.UPRIGHT
