"""Pictures that chance made: whole, cut, bent, and put together from scraps."""

from collections.abc import Sequence

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from command_api.pictures import MAX_PIXELS, MAX_SIDE, inspect
from events.refusals import Refusal
from tests.command_api.pictures.assembly import (
    chunk,
    extended,
    header,
    riff,
    riff_chunk,
    rows,
    segment,
)
from tests.command_api.pictures.samples import JPEGS, SAMPLES, WEBPS, encoded, exif, look, profile

SAMPLE = st.sampled_from([make() for make in SAMPLES.values()])
SMALL = st.binary(max_size=40)
JPEG = JPEGS["plain"]()
JPEG_PARTS = [JPEG[:2], JPEG[2:20], JPEG[20:89], JPEG[JPEG.index(b"\xff\xc0") : -2], JPEG[-2:]]

# a busy machine says nothing about the rules
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def pictures(draw: st.DrawFn) -> bytes:
    """What an encoder makes of a random image, with random extras."""
    width, height = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    noise = np.random.default_rng(draw(st.integers(0, 99)))
    shades = draw(st.sampled_from([1, 4, 255]))
    image = Image.fromarray(noise.integers(0, shades, (height, width, 4)).astype(np.uint8))
    kind = draw(st.sampled_from(["PNG", "JPEG", "WEBP"]))
    modes = {
        "PNG": ["1", "L", "LA", "P", "RGB", "RGBA"],
        "JPEG": ["L", "RGB", "CMYK"],
        "WEBP": ["RGB", "RGBA"],
    }
    mode = draw(st.sampled_from(modes[kind]))
    options: dict[str, object] = {
        "progressive": draw(st.booleans()),
        "optimize": draw(st.booleans()),
        "lossless": draw(st.booleans()),
        "quality": draw(st.integers(0, 100)),
        "restart_marker_blocks": draw(st.integers(0, 3)),
        "compress_level": draw(st.integers(0, 9)),
    }
    if draw(st.booleans()):
        options["exif"] = exif(draw(st.integers(1, 8)))
    if draw(st.booleans()):
        options["icc_profile"] = profile()
    picture = image if mode == "RGBA" else image.convert("RGB").convert(mode)
    return encoded(picture, kind, **options)


def png_of(parts: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, content) for name, content in parts)


def webp_of(parts: Sequence[tuple[bytes, bytes]]) -> bytes:
    return riff(*(riff_chunk(name, content) for name, content in parts))


PNG_NAMES = st.sampled_from(
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"eXIf", b"tEXt", b"acTL", b"abcD"]
)
PNG_SCRAPS = st.tuples(PNG_NAMES, SMALL) | st.sampled_from(
    [(b"IHDR", header()[16:29]), (b"IDAT", rows()[8:-4]), (b"IEND", b""), (b"eXIf", exif(6))]
)
JPEG_SCRAPS = st.sampled_from(JPEG_PARTS) | st.builds(segment, st.integers(0, 255), SMALL)
WEBP_NAMES = st.sampled_from([b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"EXIF", b"ANIM"])
WEBP_SCRAPS = st.tuples(WEBP_NAMES, SMALL) | st.sampled_from(
    [
        (b"VP8X", extended(0x38)[8:]),
        (b"VP8 ", WEBPS["lossy"]()[20:]),
        (b"VP8L", WEBPS["lossless"]()[20:]),
        (b"EXIF", exif(6)),
    ]
)
FILES_OF_SCRAPS = (
    st.lists(PNG_SCRAPS, max_size=8).map(png_of)
    | st.lists(JPEG_SCRAPS, max_size=8).map(lambda parts: b"\xff\xd8\xff" + b"".join(parts)[1:])
    | st.lists(JPEG_SCRAPS, max_size=8).map(lambda parts: b"\xff\xd8" + b"".join(parts))
    | st.lists(WEBP_SCRAPS, max_size=8).map(webp_of)
)
MAGIC = st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x40\0\0\0WEBP"])


def is_refused_or_sound(upload: bytes) -> bool:
    """Whether `upload` is refused, or gives a picture that needs no further cleaning."""
    try:
        picture = inspect(upload)
    except Refusal as refusal:
        return str(refusal).endswith(".")
    fits = max(picture.width, picture.height) <= MAX_SIDE
    fits = fits and 0 < picture.width * picture.height <= MAX_PIXELS
    return fits and inspect(picture.data).data == picture.data


@unhurried
@given(pictures())
def test_any_encoded_picture_looks_the_same_afterwards(upload: bytes) -> None:
    assert look(inspect(upload).data) == look(upload)


@unhurried
@given(pictures(), st.data())
def test_any_truncation_is_refused(upload: bytes, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(upload) - 1))
    try:
        inspect(upload[:length])
    except Refusal:
        return
    raise AssertionError(f"{length} of {len(upload)} bytes passed")


@unhurried
@given(SAMPLE, st.integers(0), st.integers(1, 255))
def test_any_changed_byte_is_refused_or_leaves_a_sound_file(
    upload: bytes, position: int, bits: int
) -> None:
    bent = bytearray(upload)
    bent[position % len(bent)] ^= bits
    assert is_refused_or_sound(bytes(bent))


@unhurried
@given(SAMPLE, SAMPLE, st.integers(0), st.integers(0))
def test_two_halves_of_pictures_are_refused_or_leave_a_sound_file(
    one: bytes, other: bytes, first: int, second: int
) -> None:
    assert is_refused_or_sound(one[: first % len(one)] + other[second % len(other) :])


@unhurried
@given(MAGIC, st.binary(max_size=200))
@example(b"RIFF\0\0\0\0WEBP", b"")
@example(b"RIFF\xff\xff\xff\xffWEBP", b"VP8X")
def test_random_bytes_are_refused_or_leave_a_sound_file(magic: bytes, rest: bytes) -> None:
    assert is_refused_or_sound(magic + rest)


@unhurried
@given(FILES_OF_SCRAPS)
def test_scraps_are_refused_or_leave_a_sound_file(upload: bytes) -> None:
    assert is_refused_or_sound(upload)
