"""A picture that passed the checks."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

MediaType = Literal["image/png", "image/jpeg", "image/webp"]


class Picture(Struct, frozen=True, kw_only=True):
    """What is known of a picture without decoding it, and the bytes to keep.

    `width` and `height` are in pixels as stored, before the orientation turns them. The `parts` in
    a row are a whole file of the same kind that decodes to the same pixels in the same colours and
    orientation; everything else (place, time, camera, comments, thumbnails, whatever hung on
    behind the end) is gone. They look into the upload, which must live as long as they are used.
    """

    media_type: MediaType
    width: int
    height: int
    parts: Sequence[bytes | memoryview]

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return sum(map(len, self.parts))

    @property
    def data(self) -> bytes:
        """The whole file in one piece, which is a copy."""
        return b"".join(self.parts)
