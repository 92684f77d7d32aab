"""An uploaded file becomes a stored picture: checked, allowed by the quotas, and kept."""

import asyncio
import contextlib
from typing import Final
from uuid import UUID

from msgspec import Struct

from command_api.matches.quotas import Quotas
from command_api.pictures import inspect
from command_api.received import ReceivedFile
from events.refusals import Unavailable
from events.screenshots import Screenshots, new_key

# Each takes the memory of a whole file; the others wait on the disk.
LARGE_ONES_AT_ONCE: Final = 2


class StoredPicture(Struct, frozen=True, kw_only=True):
    """A picture of `size` bytes that is in the store under `key`, and charged to its owner."""

    key: str
    media_type: str
    width: int
    height: int
    size: int


class Keeper:
    """Puts pictures into the store, and takes back those that no event came to name."""

    def __init__(self, screenshots: Screenshots, quotas: Quotas) -> None:
        self._screenshots = screenshots
        self._quotas = quotas
        self._large = asyncio.Semaphore(LARGE_ONES_AT_ONCE)

    async def keep(self, file: ReceivedFile, owner_id: UUID, match_id: UUID) -> StoredPicture:
        """Keep the picture in `file` for a match that is about to begin.

        Raises what `inspect` and the quotas refuse, and `Unavailable`: then nothing is kept.
        """
        if not file.is_large:
            return await self._keep(file, owner_id, match_id)
        async with self._large:
            return await self._keep(file, owner_id, match_id)

    async def take_back(self, key: str, owner_id: UUID, size: int) -> None:
        """Remove a picture that no event came to name; if not now, the sweep will."""
        with contextlib.suppress(Unavailable):
            await self._screenshots.delete(key)
            await self._quotas.give_back(owner_id, size)

    async def _keep(self, file: ReceivedFile, owner_id: UUID, match_id: UUID) -> StoredPicture:
        view = file.view()
        picture = await asyncio.to_thread(inspect, view) if file.is_large else inspect(view)
        stored = StoredPicture(
            key=new_key(owner_id, match_id),
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            size=picture.size,
        )
        await self._quotas.charge(owner_id, match_id, stored.size)
        try:
            await self._screenshots.put(stored.key, picture.parts, stored.media_type)
        except BaseException:
            # Whatever cannot be given back now is found by the next sweep.
            with contextlib.suppress(Exception):
                await self._quotas.give_back(owner_id, stored.size, match_id)
            raise
        return stored
