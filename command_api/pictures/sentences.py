"""What a player is told when a picture is refused."""

from typing import Final

EMPTY: Final = "The file is empty. Please choose the screenshot again."
UNKNOWN_KIND: Final = (
    "This file is not a picture that can be read here. Please send a PNG, JPEG or WebP picture."
)
TOO_MANY_BYTES: Final = "This picture is larger than 10 MB. Please send a smaller one."
NO_PIXELS: Final = "This picture is empty: it has no width or no height."
TOO_LONG: Final = (
    "This picture is too large: it measures {width} x {height} pixels, and neither side may be "
    "longer than {most}."
)
TOO_MANY_PIXELS: Final = (
    "This picture is too large: it measures {width} x {height} pixels, and at most {most} million "
    "pixels are allowed."
)
ANIMATED: Final = (
    "This picture is animated: it holds more than one image. Please send a still screenshot."
)
CUT_OFF: Final = "This picture is cut off: its end is missing. Please send the whole file again."
DAMAGED: Final = "This picture is damaged and cannot be read. Please send the original file."
RARE_JPEG: Final = (
    "This JPEG picture uses a rare kind of compression that cannot be read here. Please save it "
    "again as an ordinary JPEG or PNG."
)
TOO_MANY_PIECES: Final = (
    "This picture file is put together from too many pieces. Please save it again and send that."
)
