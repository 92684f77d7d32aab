"""The port for stored pictures: kept under the SHA-256 of their bytes, never changed."""

from typing import Protocol, runtime_checkable


class ScreenshotMissing(Exception):
    """There is no stored picture under this key."""


@runtime_checkable  # Litestar looks at the class of what it injects
class Screenshots(Protocol):
    """A store of pictures. A key is the lower-case hexadecimal SHA-256 of the stored bytes."""

    async def put(self, key: str, picture: bytes) -> None:
        """Keep `picture` durably; storing the same key again changes nothing."""

    async def get(self, key: str) -> bytes:
        """Give the bytes back; raises `ScreenshotMissing`."""
