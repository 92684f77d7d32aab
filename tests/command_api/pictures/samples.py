"""Pictures written by real encoders, and the means to compare how they look."""

import io
import struct
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

from tests.command_api.pictures.assembly import Deep, Pixels, chunk, header, interlaced_png, rows

SECRET = b"51.5007N taken by Alice"  # stands for everything private that hides in a picture
TURNED_LEFT = 8  # EXIF: the first row is on the left-hand side


def pixels(width: int = 33, height: int = 21, channels: int = 3, seed: int = 7) -> Pixels:
    """Noise over a gradient: neither trivial for an encoder nor all random."""
    noise = np.random.default_rng(seed).integers(0, 40, (height, width, channels))
    gradient = np.linspace(0, 215, width)[None, :, None]
    return (noise + gradient).astype(np.uint8)


def image(mode: str = "RGB", width: int = 33, height: int = 21) -> Image.Image:
    """An image of any Pillow mode that has something in it."""
    rgba = Image.fromarray(pixels(width, height, channels=4), "RGBA")
    return rgba if mode == "RGBA" else rgba.convert("RGB").convert(mode)


def profile() -> bytes:
    """An ICC colour profile."""
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def exif(orientation: int = 1) -> bytes:
    """EXIF data as a phone writes it: maker, place and time beside the orientation."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = SECRET.decode()
    tags[0x9003] = "2025:05:17 20:15:00"
    tags.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 2.5), 29: SECRET.decode()})
    return bytes(tags.tobytes())


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The file that Pillow writes."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def encoded_by_cv2(extension: str, picture: Pixels | Deep, *parameters: int) -> bytes:
    """The file that OpenCV writes."""
    written, data = cv2.imencode(extension, picture, parameters)
    assert written
    return data.tobytes()


def look(data: bytes) -> list[object]:
    """All that decides how a picture looks, by two decoders: equal lists look equal."""
    array = np.frombuffer(data, np.uint8)
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        seen: list[object] = [opened.mode, opened.size, opened.tobytes()]
        seen += [opened.convert("RGBA").tobytes(), opened.getexif().get(0x0112, 1)]
        seen += [opened.info.get(key) for key in ("icc_profile", "gamma", "srgb", "chromaticity")]
    for how in (cv2.IMREAD_UNCHANGED, cv2.IMREAD_COLOR):  # the second turns by the orientation
        decoded = cv2.imdecode(array, how)
        seen.append(None if decoded is None else (decoded.shape, decoded.tobytes()))
    return seen


def png_texts() -> PngImagePlugin.PngInfo:
    """Comments plain, compressed and in Unicode, and a chunk nobody knows."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_text("Author", SECRET.decode(), zip=True)
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    texts.add(b"prVt", SECRET)
    texts.add(b"prVt", SECRET, after_idat=True)
    return texts


Encoder = Callable[[], bytes]

PNGS: dict[str, Encoder] = {
    "black and white": lambda: encoded(image("1"), "PNG"),
    "grey": lambda: encoded(image("L"), "PNG"),
    "grey with alpha": lambda: encoded(image("LA"), "PNG"),
    "grey of 16 bits": lambda: encoded(image("L").convert("I;16"), "PNG"),
    "grey with a transparent shade": lambda: encoded(image("L"), "PNG", transparency=200),
    "colour": lambda: encoded(image(), "PNG"),
    "colour, optimized": lambda: encoded(image(), "PNG", optimize=True),
    "colour with a transparent one": lambda: encoded(image(), "PNG", transparency=(9, 8, 7)),
    "colour with alpha": lambda: encoded(image("RGBA"), "PNG"),
    "palette": lambda: encoded(image("P"), "PNG"),
    "palette of 2 bits": lambda: encoded(image().quantize(4), "PNG", bits=2),
    "palette, partly transparent": lambda: encoded(
        image("P"), "PNG", transparency=bytes(range(0, 250, 10))
    ),
    "with profile": lambda: encoded(image(), "PNG", icc_profile=profile()),
    "with gamma": lambda: (
        header()
        + chunk(b"gAMA", struct.pack(">I", 45455))
        + chunk(b"cHRM", struct.pack(">8I", *range(30000, 38000, 1000)))
        + chunk(b"sBIT", b"\x05\x06\x05")
        + rows()
        + chunk(b"IEND")
    ),
    "with sRGB": lambda: header() + chunk(b"sRGB", b"\0") + rows() + chunk(b"IEND"),
    "turned": lambda: encoded(image(), "PNG", exif=exif(TURNED_LEFT)),
    "with everything": lambda: encoded(
        image("RGBA"),
        "PNG",
        exif=exif(3),
        pnginfo=png_texts(),
        icc_profile=profile(),
        dpi=(72, 72),
    ),
    "interlaced": lambda: interlaced_png(pixels()[:, :, 0].copy()),
    "in many chunks": lambda: encoded(image("RGB", 300, 200), "PNG", compress_level=0),
    "one pixel": lambda: encoded(image("RGB", 1, 1), "PNG"),
    "cv2, colour": lambda: encoded_by_cv2(".png", pixels()),
    "cv2, alpha": lambda: encoded_by_cv2(".png", pixels(channels=4)),
    "cv2, grey": lambda: encoded_by_cv2(".png", pixels(channels=1)),
    "cv2, uncompressed": lambda: encoded_by_cv2(".png", pixels(), cv2.IMWRITE_PNG_COMPRESSION, 0),
    "cv2, 16 bits": lambda: encoded_by_cv2(".png", pixels().astype(np.uint16) * 257),
}

JPEGS: dict[str, Encoder] = {
    "plain": lambda: encoded(image(), "JPEG"),
    "best": lambda: encoded(image(), "JPEG", quality=100, subsampling="4:4:4"),
    "worst": lambda: encoded(image(), "JPEG", quality=1),
    "4:2:2": lambda: encoded(image(), "JPEG", subsampling="4:2:2"),
    "4:1:1": lambda: encoded(image(), "JPEG", subsampling="4:1:1"),
    "optimized": lambda: encoded(image(), "JPEG", optimize=True),
    "progressive": lambda: encoded(image(), "JPEG", progressive=True),
    "grey": lambda: encoded(image("L"), "JPEG"),
    "grey, progressive": lambda: encoded(image("L"), "JPEG", progressive=True),
    "stored as RGB": lambda: encoded(image(), "JPEG", keep_rgb=True),
    "CMYK": lambda: encoded(image("CMYK"), "JPEG"),
    "restarts": lambda: encoded(image(), "JPEG", restart_marker_blocks=1),
    "progressive with restarts": lambda: encoded(
        image(), "JPEG", restart_marker_rows=1, progressive=True
    ),
    "with profile": lambda: encoded(image(), "JPEG", icc_profile=profile()),
    "with a profile of several segments": lambda: encoded(
        image(), "JPEG", icc_profile=profile() + bytes(150_000)
    ),
    "turned": lambda: encoded(image(), "JPEG", exif=exif(TURNED_LEFT)),
    "with everything": lambda: encoded(
        image(),
        "JPEG",
        exif=exif(5),
        comment=SECRET,
        xmp=SECRET,
        icc_profile=profile(),
        dpi=(300, 300),
    ),
    "one pixel": lambda: encoded(image("RGB", 1, 1), "JPEG"),
    "cv2": lambda: encoded_by_cv2(".jpg", pixels()),
    "cv2, grey": lambda: encoded_by_cv2(".jpg", pixels(channels=1)),
    "cv2, progressive": lambda: encoded_by_cv2(
        ".jpg", pixels(), cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_QUALITY, 97
    ),
    "cv2, restarts": lambda: encoded_by_cv2(
        ".jpg", pixels(300, 200), cv2.IMWRITE_JPEG_RST_INTERVAL, 2
    ),
}

WEBPS: dict[str, Encoder] = {
    "lossy": lambda: encoded(image(), "WEBP"),
    "lossy, worst": lambda: encoded(image(), "WEBP", quality=0),
    "lossy with alpha": lambda: encoded(image("RGBA"), "WEBP"),
    "lossless": lambda: encoded(image(), "WEBP", lossless=True),
    "lossless with alpha": lambda: encoded(image("RGBA"), "WEBP", lossless=True, exact=True),
    "with profile": lambda: encoded(image(), "WEBP", icc_profile=profile()),
    "turned": lambda: encoded(image(), "WEBP", exif=exif(TURNED_LEFT)),
    "with everything": lambda: encoded(
        image("RGBA"), "WEBP", exif=exif(6), xmp=SECRET, icc_profile=profile()
    ),
    "lossless with everything": lambda: encoded(
        image("RGBA"), "WEBP", lossless=True, exif=exif(6), xmp=SECRET, icc_profile=profile()
    ),
    "one pixel": lambda: encoded(image("RGB", 1, 1), "WEBP"),
    "cv2": lambda: encoded_by_cv2(".webp", pixels()),
    "cv2, lossless": lambda: encoded_by_cv2(".webp", pixels(), cv2.IMWRITE_WEBP_QUALITY, 101),
    "cv2, alpha": lambda: encoded_by_cv2(".webp", pixels(channels=4)),
}

SAMPLES: dict[str, Encoder] = {
    **{f"png: {name}": make for name, make in PNGS.items()},
    **{f"jpeg: {name}": make for name, make in JPEGS.items()},
    **{f"webp: {name}": make for name, make in WEBPS.items()},
}
