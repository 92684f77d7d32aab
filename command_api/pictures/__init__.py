"""Checks an uploaded picture without decoding it, and removes what is not the picture."""

from command_api.pictures import jpeg, png, webp
from command_api.pictures.limits import MAX_BYTES, MAX_FRAMES, MAX_PIECES, MAX_PIXELS, MAX_SIDE
from command_api.pictures.picture import Picture
from command_api.pictures.sentences import EMPTY, TOO_MANY_BYTES, UNKNOWN_KIND
from events.refusals import TooLarge, UnsupportedMedia

__all__ = [
    "MAX_BYTES",
    "MAX_FRAMES",
    "MAX_PIECES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "Picture",
    "inspect",
]


def inspect(upload: bytes | memoryview) -> Picture:
    """The picture in `upload`, which is a whole PNG, JPEG or WebP file.

    The kind is told from the first bytes alone. The structure is checked from end to end
    (lengths, checksums, order, end mark), the compressed pixels are not looked into: a file that
    passes may still hold pixels that cannot be decoded. The time is linear in the size of the
    file; nothing of it is copied, and the answer looks into it.

    Raises `TooLarge` above `MAX_BYTES`, `UnsupportedMedia` for any other kind of file, and
    `Invalid` for a picture that is cut off, damaged, animated or outside the limits.
    """
    if len(upload) > MAX_BYTES:
        raise TooLarge(TOO_MANY_BYTES)
    if not upload:
        raise UnsupportedMedia(EMPTY)
    view = memoryview(upload)
    if bytes(view[: len(png.SIGNATURE)]) == png.SIGNATURE:
        return png.inspect(view)
    if bytes(view[: len(jpeg.SIGNATURE)]) == jpeg.SIGNATURE:
        return jpeg.inspect(view)
    if webp.SIGNATURE.match(view):
        return webp.inspect(view)
    raise UnsupportedMedia(UNKNOWN_KIND)
