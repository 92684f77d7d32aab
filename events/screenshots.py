"""The port for stored pictures: each under a key of its own, in its owner's part of the store.

A key says whose picture it is and of which match, and nothing of what is on it: no two players
share one, so that what is done to one player's pictures touches nobody else's. To those who read
it in an event it is opaque.
"""

import re
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final, Protocol, runtime_checkable
from uuid import UUID

from msgspec import Struct

AWAY: Final = "The pictures cannot be reached; try again in a moment."
THUMBNAIL: Final = "-thumb"
THUMBNAIL_TYPE: Final = "image/webp"
_KEY: Final = re.compile(r"([0-9a-f]{32})/([0-9a-f]{32})-[0-9a-f]{16}")


class ScreenshotMissing(Exception):
    """There is no stored picture under this key."""


class Stored(Struct, frozen=True):
    """A stored picture as a store lists it; `size` is in bytes."""

    key: str
    size: int
    stored_at: datetime


class Place(Struct, frozen=True):
    """Whose picture stands under a key, and of which match."""

    owner_id: UUID
    match_id: UUID


@runtime_checkable  # Litestar looks at the class of what it injects
class Screenshots(Protocol):
    """A store of pictures. Everything raises `Unavailable` while the store cannot be reached."""

    async def put(self, key: str, parts: Sequence[bytes | memoryview], media_type: str) -> None:
        """Keep a picture, which is its `parts` in a row; it is durable when this returns."""

    async def get(self, key: str) -> bytes:
        """Give the bytes back; raises `ScreenshotMissing`."""

    async def link(self, key: str) -> str | None:
        """Where its owner may fetch it for a short time; None where we have to hand it out."""

    async def delete(self, key: str) -> None:
        """Remove a picture; nothing happens where there is none."""

    def stored(self, owner_id: UUID | None = None) -> AsyncIterator[Stored]:
        """All pictures, or those of one owner, in no order."""

    async def tidy(self, before: datetime) -> int:
        """Remove what was begun before that time and never finished; gives how many."""


def new_key(owner_id: UUID, match_id: UUID) -> str:
    """A key that was never given out before."""
    return f"{folder_of(owner_id)}/{match_id.hex}-{secrets.token_hex(8)}"


def folder_of(owner_id: UUID) -> str:
    """The part of the store that holds an owner's pictures and no others."""
    return owner_id.hex


def thumbnail_of(key: str) -> str:
    """The key of the small picture that is made of the one under `key`."""
    return key + THUMBNAIL


def original_of(key: str) -> str:
    """The key of a picture, given that or the key of its thumbnail."""
    return key.removesuffix(THUMBNAIL)


def place_of(key: str) -> Place | None:
    """What a key says; None for one that `new_key` or `thumbnail_of` did not make."""
    found = _KEY.fullmatch(original_of(key))
    return Place(UUID(found[1]), UUID(found[2])) if found else None


async def delete_all_of(owner_id: UUID, screenshots: Screenshots) -> int:
    """Remove every picture of an owner; gives how many there were."""
    keys = [stored.key async for stored in screenshots.stored(owner_id)]
    for key in keys:
        await screenshots.delete(key)
    return len(keys)
