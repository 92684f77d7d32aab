"""Stored pictures in a local folder: written, flushed to the disk, then given their name.

Own code because `obstore`'s local store flushes nothing: after a power cut, a picture that was
answered for could be empty or gone.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from events.refusals import Unavailable
from events.screenshots import AWAY, ScreenshotMissing, Stored, folder_of

UNFINISHED: Final = ".unfinished"
OWNER_LENGTH: Final = 32
MOST_REMEMBERED: Final = 10_000


class FolderOfScreenshots:
    """Keeps each picture under ``folder/<owner>/<match and a number>``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._flushed: set[Path] = set()  # owners' folders whose names are on the disk

    async def put(self, key: str, parts: Sequence[bytes | memoryview], media_type: str) -> None:  # noqa: ARG002  # the log says the type
        """Keep a picture; see `Screenshots`."""
        try:
            await asyncio.to_thread(self._write, self._path(key), parts)
        except OSError as error:  # the disk is full, or gone
            raise Unavailable(AWAY) from error

    async def get(self, key: str) -> bytes:
        """Give the bytes back; raises `ScreenshotMissing`."""
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except FileNotFoundError:
            raise ScreenshotMissing(key) from None
        except OSError as error:
            raise Unavailable(AWAY) from error

    async def link(self, key: str) -> str | None:  # noqa: ARG002  # nobody but us reads the folder
        """There is none."""
        return None

    async def delete(self, key: str) -> None:
        """Remove a picture, and its owner's folder with the last."""
        await asyncio.to_thread(self._remove, self._path(key))

    async def stored(self, owner_id: UUID | None = None) -> AsyncIterator[Stored]:
        """All pictures, or those of one owner."""
        for owner in await asyncio.to_thread(self._owners, owner_id):
            for path, status in await asyncio.to_thread(_files, owner):
                if path.suffix != UNFINISHED:
                    key = f"{owner.name}/{path.name}"
                    yield Stored(key, status.st_size, _time(status))

    async def tidy(self, before: datetime) -> int:
        """Remove what a process that was killed had begun to write before that time."""
        return await asyncio.to_thread(self._tidy, before)

    def _path(self, key: str) -> Path:
        # Before pictures were kept by owner, a key was the digest of a picture.
        return self._folder / (key if "/" in key else f"{key[:2]}/{key}")

    def _owners(self, owner_id: UUID | None) -> list[Path]:
        if owner_id:
            return [self._folder / folder_of(owner_id)]
        with suppress(FileNotFoundError):
            return [path for path in self._folder.iterdir() if len(path.name) == OWNER_LENGTH]
        return []

    def _write(self, path: Path, parts: Sequence[bytes | memoryview]) -> None:
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
        self._make(path.parent)
        try:
            with unfinished.open("xb") as file:
                file.writelines(parts)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        # A name lives in its folder: without these a power cut may lose the file whole.
        _flush_folder(path.parent)
        if path.parent not in self._flushed:
            _flush_folder(self._folder)
            self._remember(path.parent)

    def _make(self, owner: Path) -> None:
        try:
            owner.mkdir(parents=True)
        except FileExistsError:
            return
        self._flushed.discard(owner)  # it was removed with its last picture, and is new

    def _remember(self, owner: Path) -> None:
        if len(self._flushed) == MOST_REMEMBERED:
            self._flushed.clear()
        self._flushed.add(owner)

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with suppress(OSError):  # it holds others, or is gone
            path.parent.rmdir()

    def _tidy(self, before: datetime) -> int:
        found = [
            path
            for owner in self._owners(None)
            for path, status in _files(owner)
            if path.suffix == UNFINISHED and _time(status) < before
        ]
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)


def _files(folder: Path) -> list[tuple[Path, os.stat_result]]:
    """The files in a folder, but for those that go meanwhile."""
    found = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                found.append((Path(entry.path), entry.stat()))
    return found


def _time(status: os.stat_result) -> datetime:
    return datetime.fromtimestamp(status.st_mtime, UTC)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
