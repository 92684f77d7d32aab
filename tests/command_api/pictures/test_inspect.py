"""Whatever the kind of picture: what goes in, what comes out, what is refused."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from command_api.pictures import inspect
from events.refusals import Invalid, Refusal, TooLarge, UnsupportedMedia
from tests.command_api.pictures.assembly import header
from tests.command_api.pictures.samples import (
    JPEGS,
    PNGS,
    SAMPLES,
    SECRET,
    WEBPS,
    Encoder,
    encoded,
    image,
    look,
)

SCREENSHOTS = Path(__file__).parents[4] / "shared" / "screenshots"
REAL = sorted(path for path in SCREENSHOTS.rglob("*.*") if path.suffix in {".png", ".jpg", ".jpeg"})
ONE_OF_EACH = (PNGS["with everything"], JPEGS["with everything"], WEBPS["with everything"])

each_sample = pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES.keys())
one_of_each = pytest.mark.parametrize("make", ONE_OF_EACH, ids=["png", "jpeg", "webp"])


@each_sample
def test_picture_looks_the_same_afterwards(make: Encoder) -> None:
    upload = make()
    assert look(inspect(upload).data) == look(upload)


@each_sample
def test_kind_and_stored_size_are_told(make: Encoder) -> None:
    upload = make()
    picture = inspect(upload)
    with Image.open(io.BytesIO(upload)) as opened:
        assert (picture.media_type, picture.width, picture.height) == (
            opened.get_format_mimetype(),
            *opened.size,
        )


@each_sample
def test_clean_picture_is_left_as_it_is(make: Encoder) -> None:
    once = inspect(make())
    assert inspect(once.data).data == once.data


@each_sample
def test_nothing_private_is_left(make: Encoder) -> None:
    picture = inspect(make())
    with Image.open(io.BytesIO(picture.data)) as opened:
        opened.load()
        assert set(opened.getexif()) <= {0x0112}
        assert not {"comment", "xmp", "Comment", "Author", "XML:com.adobe.xmp"} & set(opened.info)
    assert SECRET not in picture.data


@one_of_each
def test_samples_do_hold_something_private(make: Encoder) -> None:
    assert SECRET in make()


@each_sample
def test_every_truncation_is_refused(make: Encoder) -> None:
    upload = make()
    step = max(1, len(upload) // 400)
    for length in [*range(0, len(upload), step), *range(max(0, len(upload) - 40), len(upload))]:
        with pytest.raises(Refusal):
            inspect(upload[:length])


@one_of_each
def test_picture_without_its_last_quarter_is_called_cut_off(make: Encoder) -> None:
    upload = make()
    with pytest.raises(Invalid, match="cut off"):
        inspect(upload[: len(upload) * 3 // 4])


@each_sample
def test_zip_hung_on_behind_is_dropped(make: Encoder) -> None:
    upload = make()
    archive = io.BytesIO(upload)
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr("secret.txt", SECRET)
    assert zipfile.is_zipfile(archive)

    picture = inspect(archive.getvalue())

    assert picture.data == inspect(upload).data
    assert not zipfile.is_zipfile(io.BytesIO(picture.data))


@pytest.mark.parametrize(
    "upload",
    [
        b"\x89PNG",
        b"\xff\xd8",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"GIF89a\1\0\1\0",
        b"BM6\0\0\0",
        b"II*\0\x08\0\0\0",
        b"\0\0\0\x20ftypavif",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b" " + PNGS["colour"](),
    ],
)
def test_other_kinds_of_files_are_not_supported(upload: bytes) -> None:
    with pytest.raises(UnsupportedMedia, match="send a PNG, JPEG or WebP picture"):
        inspect(upload)


def test_empty_file_is_called_empty() -> None:
    with pytest.raises(UnsupportedMedia, match="file is empty"):
        inspect(b"")


@one_of_each
def test_ten_mebibytes_pass_and_one_byte_more_does_not(make: Encoder) -> None:
    upload = make()
    full = upload.ljust(10 * 1024 * 1024, b"\0")
    assert inspect(full).data == inspect(upload).data
    with pytest.raises(TooLarge, match="larger than 10 MB"):
        inspect(full + b"\0")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_longest_side_passes_and_one_pixel_more_does_not(kind: str) -> None:
    assert inspect(encoded(image("RGB", 10_000, 1), kind)).width == 10_000
    assert inspect(encoded(image("RGB", 1, 10_000), kind)).height == 10_000
    for width, height in ((10_001, 1), (1, 10_001)):
        with pytest.raises(Invalid, match=f"{width} x {height} pixels, and neither side"):
            inspect(encoded(image("RGB", width, height), kind))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_25_million_pixels_pass_and_more_do_not(kind: str) -> None:
    black = Image.new("RGB", (5000, 5001))
    assert inspect(encoded(black.crop((0, 0, 5000, 5000)), kind, method=0)).height == 5000
    with pytest.raises(Invalid, match="5000 x 5001 pixels, and at most 25 million"):
        inspect(encoded(black, kind, method=0))


def test_size_is_refused_before_the_rest_is_looked_at() -> None:
    with pytest.raises(Invalid, match="100000 x 100000"):
        inspect(header(100_000, 100_000))


@pytest.mark.skipif(not REAL, reason="the real screenshots are not beside this checkout")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_pictures_look_the_same_afterwards(path: Path) -> None:
    upload = path.read_bytes()
    assert look(inspect(upload).data) == look(upload)
