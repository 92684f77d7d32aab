"""What a WebP must be like, chunk by chunk."""

import pytest
from PIL import Image

from command_api.pictures import inspect
from events.refusals import Invalid
from tests.command_api.pictures.assembly import extended, riff, riff_chunk, riff_chunks
from tests.command_api.pictures.samples import (
    SECRET,
    WEBPS,
    encoded,
    exif,
    image,
    look,
    pixels,
)

PROFILE, ALPHA, EXIF, XMP, ANIMATION = 0x20, 0x10, 0x08, 0x04, 0x02
LOSSY = WEBPS["lossy"]()
LOSSLESS = WEBPS["lossless"]()
LOSSY_IMAGE = LOSSY[12:]
LOSSLESS_IMAGE = LOSSLESS[12:]
PRIVATE = riff_chunk(b"EXIF", exif()) + riff_chunk(b"XMP ", SECRET) + riff_chunk(b"prVt", SECRET)
ALPHA_CHUNK = riff_chunk(b"ALPH", b"\0" + bytes(33 * 21))


def changed(upload: bytes, at: int, new: bytes) -> bytes:
    return upload[:at] + new + upload[at + len(new) :]


def names(data: bytes) -> list[bytes]:
    return [name for name, _ in riff_chunks(data)]


def test_only_chunks_that_make_the_look_are_kept() -> None:
    picture = inspect(WEBPS["with everything"]())
    assert names(picture.data) == [b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"EXIF"]
    assert picture.data[20] == PROFILE | ALPHA | EXIF


def test_flags_of_dropped_chunks_are_taken_down() -> None:
    upload = riff(extended(EXIF | XMP), LOSSY_IMAGE, PRIVATE)
    assert inspect(upload).data == riff(extended(0), LOSSY_IMAGE)


def test_chunks_behind_a_bare_image_are_dropped() -> None:
    assert inspect(riff(LOSSLESS_IMAGE, PRIVATE)).data == LOSSLESS


def test_orientation_and_profile_count_only_when_announced() -> None:
    turned = riff_chunk(b"EXIF", exif(6))
    upload = riff(extended(0), riff_chunk(b"ICCP", b"profile"), LOSSY_IMAGE, turned)
    assert inspect(upload).data == riff(extended(0), LOSSY_IMAGE)


def test_only_the_first_of_a_kind_counts() -> None:
    first = riff_chunk(b"ICCP", b"first"), LOSSY_IMAGE, riff_chunk(b"EXIF", exif(6))
    second = riff_chunk(b"ICCP", b"second"), riff_chunk(b"EXIF", exif(3))
    start = extended(PROFILE | EXIF)
    assert inspect(riff(start, *first, *second)).data == inspect(riff(start, *first)).data


def test_transparency_beside_a_lossy_image_is_kept() -> None:
    upload = riff(extended(ALPHA), ALPHA_CHUNK, LOSSY_IMAGE)
    assert inspect(upload).data == upload


def test_odd_chunk_is_padded_with_zero() -> None:
    upload = riff(extended(PROFILE), riff_chunk(b"ICCP", b"odd")[:-1] + b"!", LOSSY_IMAGE)
    expected = riff(extended(PROFILE), riff_chunk(b"ICCP", b"odd"), LOSSY_IMAGE)
    assert inspect(upload).data == expected


def test_padding_missing_at_the_end_is_added() -> None:
    odd = riff_chunk(b"VP8L", LOSSLESS_IMAGE[8:] + b"\0")
    picture = inspect(riff(odd[:-1]))
    assert picture.data == riff(odd)
    assert look(picture.data) == look(LOSSLESS)


@pytest.mark.parametrize(
    "upload",
    [
        encoded(image(), "WEBP", save_all=True, append_images=[Image.fromarray(pixels(seed=8))]),
        riff(extended(ANIMATION), LOSSY_IMAGE),
        riff(extended(0), riff_chunk(b"ANIM", bytes(6)), LOSSY_IMAGE),
        riff(extended(0), LOSSY_IMAGE, riff_chunk(b"ANMF", bytes(16))),
    ],
    ids=["by an encoder", "by its flag", "by its header", "by a frame"],
)
def test_animation_is_refused(upload: bytes) -> None:
    with pytest.raises(Invalid, match="animated"):
        inspect(upload)


@pytest.mark.parametrize(
    "upload",
    [
        riff(),
        riff(riff_chunk(b"ICCP", b"12"), LOSSY_IMAGE),
        riff(extended(0)),
        riff(riff_chunk(b"VP8X", bytes(9)), LOSSY_IMAGE),
        riff(riff_chunk(b"VP8X", extended(0)[8:] + b"\0"), LOSSY_IMAGE),
        riff(LOSSY_IMAGE, LOSSY_IMAGE),
        riff(extended(0), LOSSY_IMAGE, LOSSLESS_IMAGE),
        riff(extended(0, width=34), LOSSY_IMAGE),
        riff(extended(0, height=20), LOSSLESS_IMAGE),
        riff(extended(ALPHA), ALPHA_CHUNK, ALPHA_CHUNK, LOSSY_IMAGE),
        riff(extended(ALPHA), LOSSY_IMAGE, ALPHA_CHUNK),
        riff(extended(ALPHA), ALPHA_CHUNK, LOSSLESS_IMAGE),
        riff(LOSSY_IMAGE, b"XMP "),
        riff(LOSSY_IMAGE, b"XMP \xff\xff\xff\xff"),
        changed(LOSSY, 16, b"\xff\xff"),
        riff(riff_chunk(b"VP8 ", LOSSY_IMAGE[8:17])),
        riff(riff_chunk(b"VP8L", LOSSLESS_IMAGE[8:12])),
        changed(LOSSY, 20, bytes([LOSSY[20] | 1])),
        changed(LOSSY, 20, bytes([LOSSY[20] | 0x0E])),
        changed(LOSSY, 20, bytes([LOSSY[20] & 0xEF])),
        changed(LOSSY, 22, b"\xff"),
        changed(LOSSY, 23, b"\x9e"),
        changed(LOSSLESS, 20, b"\x2e"),
        changed(LOSSLESS, 24, bytes([LOSSLESS[24] | 0x20])),
    ],
    ids=[
        "nothing inside",
        "begins with something else",
        "no image",
        "short VP8X",
        "long VP8X",
        "two bare images",
        "two images",
        "other width than announced",
        "other height than announced",
        "transparency twice",
        "transparency behind the image",
        "transparency beside a lossless image",
        "half a chunk",
        "impossible length",
        "image longer than the file",
        "short lossy image",
        "short lossless image",
        "no key frame",
        "unknown lossy version",
        "hidden frame",
        "first partition too long",
        "no start code",
        "no lossless signature",
        "unknown lossless version",
    ],
)
def test_broken_structure_is_called_damaged(upload: bytes) -> None:
    with pytest.raises(Invalid, match="damaged"):
        inspect(upload)


@pytest.mark.parametrize("at", [26, 28])
def test_side_of_zero_is_refused(at: int) -> None:
    with pytest.raises(Invalid, match="no width or no height"):
        inspect(changed(LOSSY, at, b"\0\0"))


def test_wish_for_scaling_does_not_change_the_size() -> None:
    upload = changed(LOSSY, 27, b"\x40")
    assert (inspect(upload).width, inspect(upload).height) == (33, 21)
