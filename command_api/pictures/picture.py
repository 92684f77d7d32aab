"""A picture that passed the checks."""

from typing import Literal

from msgspec import Struct

MediaType = Literal["image/png", "image/jpeg", "image/webp"]


class Picture(Struct, frozen=True, kw_only=True):
    """What is known of a picture without decoding it, and the bytes to keep.

    `width` and `height` are in pixels as stored, before the orientation turns them. `data` is a
    whole file of the same kind that decodes to the same pixels in the same colours and
    orientation; everything else (place, time, camera, comments, thumbnails, whatever hung on
    behind the end) is gone.
    """

    media_type: MediaType
    width: int
    height: int
    data: bytes
