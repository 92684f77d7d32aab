"""What a JPEG must be like, segment by segment."""

import io

import pytest
from PIL import Image

from command_api.pictures import inspect
from command_api.pictures.limits import MAX_SCANS
from events.refusals import Invalid
from tests.command_api.pictures.assembly import segment, with_segments
from tests.command_api.pictures.samples import (
    JPEGS,
    SECRET,
    encoded,
    exif,
    image,
    look,
    pixels,
    profile,
)

PLAIN = JPEGS["plain"]()
PROGRESSIVE = JPEGS["progressive"]()
FRAME = PLAIN.index(b"\xff\xc0")
SCAN = PLAIN.index(b"\xff\xda")
FRAME_LENGTH = 2 + 2 + 15


def replaced(at: int, new: bytes) -> bytes:
    return PLAIN[:at] + new + PLAIN[at + len(new) :]


@pytest.mark.parametrize(
    "private",
    [
        segment(0xE1, b"Exif\0\0MM\0*" + SECRET),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
        segment(0xE0, b"JFXX\0\x10" + SECRET),
        segment(0xE2, b"MPF\0" + SECRET),
        segment(0xE2, b"ICC_PROFILE\0"),
        segment(0xEB, b"JP\0\x01" + SECRET),
        segment(0xED, b"Photoshop 3.0\0008BIM\x04\x04" + SECRET),
        segment(0xEE, b"Adobe" + SECRET[:6]),
        segment(0xFE, SECRET),
        segment(0xF7, SECRET),
        segment(0xDC, SECRET),
        segment(0xCC, b""),
    ],
    ids=[
        "EXIF",
        "XMP",
        "JFXX thumbnail",
        "further pictures",
        "half a profile",
        "provenance",
        "IPTC",
        "short Adobe",
        "comment",
        "unknown extension",
        "line count",
        "arithmetic conditioning",
    ],
)
def test_segment_that_is_not_the_picture_is_dropped(private: bytes) -> None:
    assert inspect(with_segments(PLAIN, private)).data == inspect(PLAIN).data == PLAIN


def test_comments_between_scans_are_dropped() -> None:
    second = PROGRESSIVE.index(b"\xff\xda", PROGRESSIVE.index(b"\xff\xda") + 2)
    table = PROGRESSIVE.rindex(b"\xff\xc4", 0, second)
    comments = segment(0xFE, SECRET) + segment(0xE1, exif(6)) + segment(0xEE, b"Adobe" + bytes(7))
    upload = PROGRESSIVE[:table] + comments + PROGRESSIVE[table:]
    assert inspect(upload).data == PROGRESSIVE


def test_thumbnail_is_cut_out_of_the_jfif_segment() -> None:
    jfif = segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\2\2" + SECRET[:12])
    upload = PLAIN[:2] + jfif + PLAIN[20:]
    picture = inspect(upload)
    assert picture.data[2:20] == segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\0\0")
    assert look(picture.data) == look(upload)


def test_colour_transform_told_by_adobe_is_kept() -> None:
    rgb = JPEGS["stored as RGB"]()
    assert b"Adobe" in rgb
    assert b"Adobe" in inspect(rgb).data


def test_profile_of_several_segments_is_kept_whole() -> None:
    upload = JPEGS["with a profile of several segments"]()
    with Image.open(io.BytesIO(inspect(upload).data)) as opened:
        assert opened.info["icc_profile"] == profile() + bytes(150_000)


def test_only_the_first_exif_segment_counts() -> None:
    first, second = segment(0xE1, exif(6)), segment(0xE1, exif(3))
    once = inspect(with_segments(PLAIN, first))
    assert inspect(with_segments(PLAIN, first, second)).data == once.data


def test_further_pictures_behind_the_first_are_dropped() -> None:
    first, second = image(), Image.fromarray(pixels(seed=8))
    album = encoded(first, "MPO", save_all=True, append_images=[second])
    picture = inspect(album)
    with Image.open(io.BytesIO(album)) as before, Image.open(io.BytesIO(picture.data)) as after:
        assert (before.format, after.format) == ("MPO", "JPEG")
        assert before.tobytes() == after.tobytes()
    assert picture.data.count(b"\xff\xd8\xff") == 1


def test_film_behind_the_picture_is_dropped() -> None:
    film = b"\0\0\0\x18ftypmp42" + SECRET + b"\xff\xd9"
    assert inspect(PLAIN + film).data == PLAIN


def test_filling_before_markers_is_dropped_or_harmless() -> None:
    upload = PLAIN[:FRAME] + b"\xff" * 100 + PLAIN[FRAME:-2] + b"\xff" * 5 + PLAIN[-2:]
    picture = inspect(upload)
    assert len(picture.data) == len(PLAIN) + 5
    assert look(picture.data) == look(PLAIN)


@pytest.mark.parametrize("code", [0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF])
def test_rare_compression_is_named(code: int) -> None:
    with pytest.raises(Invalid, match="rare kind of compression"):
        inspect(replaced(FRAME + 1, bytes([code])))


def test_extended_frame_is_as_good_as_a_baseline_one() -> None:
    upload = replaced(FRAME + 1, b"\xc1")
    assert inspect(upload).data == upload
    assert look(upload) == look(PLAIN)


def test_twelve_bits_a_colour_and_two_colours_are_rare() -> None:
    two = segment(0xC0, b"\x08\0\x15\0\x21\x02\x01\x11\0\x02\x11\0")
    for upload in (
        replaced(FRAME + 4, b"\x0c"),
        PLAIN[:FRAME] + two + PLAIN[FRAME + FRAME_LENGTH :],
    ):
        with pytest.raises(Invalid, match="rare kind of compression"):
            inspect(upload)


@pytest.mark.parametrize("at", [FRAME + 5, FRAME + 7])
def test_side_of_zero_is_refused(at: int) -> None:
    with pytest.raises(Invalid, match="no width or no height"):
        inspect(replaced(at, b"\0\0"))


@pytest.mark.parametrize(
    "upload",
    [
        b"\xff\xd8\xff\xd9",
        PLAIN[:SCAN] + b"\0" + PLAIN[SCAN:],
        PLAIN[:FRAME] + PLAIN[FRAME : FRAME + FRAME_LENGTH] + PLAIN[FRAME:],
        PLAIN[:FRAME] + PLAIN[FRAME + FRAME_LENGTH :],
        PLAIN[:2] + PLAIN[FRAME:],
        with_segments(PLAIN, b"\xff\xd8"),
        with_segments(PLAIN, b"\xff\xd0"),
        with_segments(PLAIN, b"\xff\x01"),
        with_segments(PLAIN, b"\xff\xfe\0\1"),
        with_segments(PLAIN, segment(0xDD, b"\0")),
        with_segments(PLAIN, segment(0xDB, b"\x04" + bytes(64))),
        with_segments(PLAIN, segment(0xDB, b"\x20" + bytes(64))),
        with_segments(PLAIN, segment(0xDB, b"\x00" + bytes(63))),
        with_segments(PLAIN, segment(0xDB, bytes(65) * 2)),
        with_segments(PLAIN, segment(0xC4, b"\x20" + bytes(16))),
        with_segments(PLAIN, segment(0xC4, b"\x00\x03" + bytes(15) + b"\1\2")),
        with_segments(PLAIN, segment(0xC4, bytes(17) * 2)),
        replaced(FRAME + 9, b"\x02"),
        replaced(FRAME + 11, b"\x01"),
        replaced(FRAME + 11, b"\x51"),
        replaced(SCAN + 4, b"\x02"),
        replaced(SCAN + 4, b"\x00"),
        replaced(SCAN + 5, b"\x09"),
    ],
    ids=[
        "nothing at all",
        "garbage between segments",
        "two frames",
        "no frame",
        "no quantization",
        "two starts",
        "restart outside of pixels",
        "reserved marker",
        "impossible length",
        "short restart interval",
        "impossible table number",
        "impossible table precision",
        "short quantization",
        "the same table twice",
        "impossible Huffman class",
        "short Huffman table",
        "the same Huffman table twice",
        "frame shorter than it says",
        "no horizontal sampling",
        "too much sampling",
        "scan longer than it says",
        "scan of nothing",
        "scan of an unknown colour",
    ],
)
def test_broken_structure_is_called_damaged(upload: bytes) -> None:
    with pytest.raises(Invalid, match="damaged"):
        inspect(upload)


def test_missing_colours_are_called_cut_off() -> None:
    grey_only = PLAIN[:SCAN] + segment(0xDA, b"\x01\x01\0\0\x3f\0") + PLAIN[SCAN + 14 :]
    with pytest.raises(Invalid, match="cut off"):
        inspect(grey_only)


def test_few_bytes_cannot_stand_for_a_huge_picture() -> None:
    with pytest.raises(Invalid, match="cut off"):
        inspect(replaced(FRAME + 5, (5000).to_bytes(2, "big") * 2))


def test_picture_of_very_many_scans_is_refused() -> None:
    last = PROGRESSIVE.rindex(b"\xff\xda")
    scan = PROGRESSIVE[last:-2]
    count = PROGRESSIVE.count(b"\xff\xda")
    most = PROGRESSIVE[:-2] + scan * (MAX_SCANS - count)
    assert inspect(most + b"\xff\xd9").width == 33
    with pytest.raises(Invalid, match="too many pieces"):
        inspect(most + scan + b"\xff\xd9")
