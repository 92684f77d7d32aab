"""How large a picture may be, and how many pieces its file may consist of."""

from typing import Final

from command_api.pictures import sentences
from events.refusals import Invalid

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PIXELS: Final = 25_000_000
MAX_SIDE: Final = 10_000  # pixels
MAX_FRAMES: Final = 1

# Chunks or segments of one file. A PNG with a chunk for each row of the tallest picture passes;
# a file of a million empty chunks, made to keep the server busy, does not.
MAX_PIECES: Final = 20_000

# Scans of a progressive JPEG: encoders write about ten, and each costs the decoder a pass over
# the whole picture.
MAX_SCANS: Final = 100


def check_size(width: int, height: int) -> None:
    """Raise `Invalid` unless a picture of this many pixels is accepted."""
    if width == 0 or height == 0:
        raise Invalid(sentences.NO_PIXELS)
    if width > MAX_SIDE or height > MAX_SIDE:
        raise Invalid(sentences.TOO_LONG.format(width=width, height=height, most=MAX_SIDE))
    if width * height > MAX_PIXELS:
        raise Invalid(
            sentences.TOO_MANY_PIXELS.format(
                width=width, height=height, most=MAX_PIXELS // 1_000_000
            )
        )
