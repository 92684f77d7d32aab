"""What a PNG must be like, chunk by chunk."""

import pytest

from command_api.pictures import MAX_PIECES, inspect
from events.refusals import Invalid, Refusal
from tests.command_api.pictures.assembly import chunk, header, png_chunks, rows
from tests.command_api.pictures.samples import PNGS, SECRET, exif, look

END = chunk(b"IEND")
PALETTE = chunk(b"PLTE", bytes(range(12)))
PALETTE_ROWS = rows(bytes_per_pixel=1)


DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def names(data: bytes) -> list[bytes]:
    return [name for name, _ in png_chunks(data)]


def test_only_chunks_that_make_the_look_are_kept() -> None:
    picture = inspect(PNGS["with everything"]())
    assert names(picture.data) == [b"IHDR", b"iCCP", b"eXIf", b"IDAT", b"IEND"]


@pytest.mark.parametrize(
    "name", [b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD"]
)
def test_chunk_that_bears_on_colours_is_kept(name: bytes) -> None:
    upload = header() + chunk(name, b"content") + rows() + END
    assert inspect(upload).data == upload


@pytest.mark.parametrize(
    "name", [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"pHYs", b"sPLT", b"hIST", b"caBX", b"fdAT"]
)
def test_other_optional_chunk_is_dropped(name: bytes) -> None:
    upload = header() + chunk(name, SECRET) + rows() + chunk(name, SECRET) + END
    assert inspect(upload).data == header() + rows() + END


def test_second_chunk_of_a_kind_is_dropped() -> None:
    first, second = chunk(b"gAMA", b"\0\0\xb1\x8f"), chunk(b"gAMA", b"\0\0\0\x01")
    upload = header() + first + second + rows() + END
    assert inspect(upload).data == header() + first + rows() + END


def test_colours_told_behind_the_pixels_are_dropped() -> None:
    upload = header() + rows() + chunk(b"gAMA", b"\0\0\0\x01") + END
    assert inspect(upload).data == header() + rows() + END


def test_orientation_stays_where_it_was() -> None:
    behind = header() + rows() + chunk(b"eXIf", exif(6).removeprefix(b"Exif\0\0")) + END
    picture = inspect(behind)
    assert names(picture.data) == [b"IHDR", b"IDAT", b"eXIf", b"IEND"]
    assert look(picture.data) == look(behind)


def test_only_the_first_exif_chunk_counts() -> None:
    upload = header() + chunk(b"eXIf", exif(6)) + chunk(b"eXIf", exif(3)) + rows() + END
    alone = header() + chunk(b"eXIf", exif(6)) + rows() + END
    assert inspect(upload).data == inspect(alone).data


@pytest.mark.parametrize("where", ["before", "behind"])
def test_animation_is_refused(where: str) -> None:
    control = chunk(b"acTL", b"\0\0\0\x02\0\0\0\0")
    before, behind = (control, b"") if where == "before" else (b"", control)
    with pytest.raises(Invalid, match="animated"):
        inspect(header() + before + rows() + behind + END)


@pytest.mark.parametrize("position", range(len(header() + rows() + END)))
def test_any_changed_byte_is_noticed(position: int) -> None:
    upload = bytearray(header() + rows() + END)
    upload[position] ^= 0x20
    with pytest.raises(Refusal):
        inspect(bytes(upload))


@pytest.mark.parametrize(
    "upload",
    [
        header() + END,
        header() + chunk(b"IDAT") + END,
        header() + rows() + chunk(b"IEND", SECRET),
        header() + header()[8:] + rows() + END,
        header() + rows() + chunk(b"tEXt") + rows() + END,
        header() + chunk(b"ABCD") + rows() + END,
        header() + chunk(b"te3t") + rows() + END,
        header()[:8] + rows() + END,
        header()[:8] + chunk(b"CgBI", b"\x50\0\x20\x02") + header()[8:] + rows() + END,
        header()[:8] + chunk(b"IHDR", bytes(12)) + rows() + END,
        header(depth=3) + rows() + END,
        header(colour=1) + rows() + END,
        header(colour=3, depth=16) + PALETTE + rows() + END,
        header(interlaced=2) + rows() + END,
        header() + b"\x80\0\0\0IDAT" + rows() + END,
    ],
    ids=[
        "no pixels",
        "empty pixels",
        "something in the end mark",
        "two headers",
        "pixels in two places",
        "unknown and needed",
        "no letter",
        "no header",
        "something before the header",
        "short header",
        "impossible depth",
        "impossible colours",
        "palette of 16 bits",
        "impossible interlacing",
        "impossible length",
    ],
)
def test_broken_structure_is_called_damaged(upload: bytes) -> None:
    with pytest.raises(Invalid, match="damaged"):
        inspect(upload)


@pytest.mark.parametrize(
    ("start", "then", "pixels"),
    [
        (header(colour=3), b"", PALETTE_ROWS),
        (header(colour=3), PALETTE + PALETTE, PALETTE_ROWS),
        (header(colour=3), b"", PALETTE_ROWS + PALETTE),
        (header(colour=3), chunk(b"PLTE"), PALETTE_ROWS),
        (header(colour=3), chunk(b"PLTE", bytes(10)), PALETTE_ROWS),
        (header(colour=3), chunk(b"PLTE", bytes(3 * 257)), PALETTE_ROWS),
        (header(colour=0), PALETTE, PALETTE_ROWS),
        (header(colour=3), PALETTE + chunk(b"tRNS", bytes(5)), PALETTE_ROWS),
        (header(colour=3), PALETTE + chunk(b"tRNS"), PALETTE_ROWS),
        (header(colour=3), chunk(b"tRNS", bytes(1)) + PALETTE, PALETTE_ROWS),
        (header(colour=0), chunk(b"tRNS", bytes(6)), PALETTE_ROWS),
        (header(colour=2), chunk(b"tRNS", bytes(2)), rows()),
        (header(colour=2), chunk(b"tRNS", bytes(6)) * 2, rows()),
        (header(colour=6), chunk(b"tRNS", bytes(6)), rows(bytes_per_pixel=4)),
    ],
    ids=[
        "no palette",
        "two palettes",
        "palette behind",
        "empty palette",
        "uneven palette",
        "long palette",
        "palette of grey",
        "more transparent entries than colours",
        "no transparent entries",
        "transparency before the palette",
        "transparent colour of grey",
        "transparent shade of colour",
        "two transparent colours",
        "transparent colour beside alpha",
    ],
)
def test_colours_that_do_not_fit_are_called_damaged(
    start: bytes, then: bytes, pixels: bytes
) -> None:
    with pytest.raises(Invalid, match="damaged"):
        inspect(start + then + pixels + END)


@pytest.mark.parametrize("colour", range(8))
def test_only_depths_of_the_standard_pass(colour: int) -> None:
    for depth in range(18):
        upload = header(colour=colour, depth=depth) + PALETTE * (colour == 3) + rows() + END
        if depth in DEPTHS.get(colour, ()):
            assert inspect(upload).data == upload
            continue
        with pytest.raises(Invalid, match="damaged"):
            inspect(upload)


@pytest.mark.parametrize("colours", [1, 256])
def test_fewest_and_most_colours_and_transparent_entries_pass(colours: int) -> None:
    palette, transparency = chunk(b"PLTE", bytes(3 * colours)), chunk(b"tRNS", bytes(colours))
    upload = header(colour=3) + palette + transparency + PALETTE_ROWS + END
    assert inspect(upload).data == upload


@pytest.mark.parametrize(("width", "height"), [(0, 4), (4, 0)])
def test_side_of_zero_is_refused(width: int, height: int) -> None:
    with pytest.raises(Invalid, match="no width or no height"):
        inspect(header(width, height) + rows() + END)


@pytest.mark.parametrize(("colour", "channels"), CHANNELS.items())
def test_few_bytes_cannot_stand_for_a_huge_picture(colour: int, channels: int) -> None:
    least = -(-1000 * 1000 * channels // 1032)  # deflate makes at most 1032 bytes of one
    start = header(1000, 1000, colour=colour) + PALETTE * (colour == 3)
    assert inspect(start + chunk(b"IDAT", bytes(least)) + END).width == 1000
    with pytest.raises(Invalid, match="damaged"):
        inspect(start + chunk(b"IDAT", bytes(least - 1)) + END)


def test_picture_of_many_chunks_passes_and_of_too_many_does_not() -> None:
    filling = chunk(b"IDAT") * (MAX_PIECES - 3)
    assert inspect(header() + rows() + filling + END).width == 4
    with pytest.raises(Invalid, match="too many pieces"):
        inspect(header() + rows() + filling + chunk(b"IDAT") + END)
