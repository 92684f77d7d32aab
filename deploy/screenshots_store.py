"""Stored pictures in a local folder: written, flushed to the disk, then given their name."""

import asyncio
import os
import secrets
from pathlib import Path

from events.screenshots import ScreenshotMissing


class FolderOfScreenshots:
    """Keeps each picture under ``folder/<first two digits>/<key>``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, picture: bytes) -> None:
        """Keep `picture` durably; storing the same key again changes nothing."""
        await asyncio.to_thread(self._write, self._path(key), picture)

    async def get(self, key: str) -> bytes:
        """Give the bytes back; raises `ScreenshotMissing`."""
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except FileNotFoundError:
            raise ScreenshotMissing(key) from None

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _write(self, path: Path, picture: bytes) -> None:
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.unfinished")
        try:
            with unfinished.open("xb") as file:
                file.write(picture)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        finally:
            unfinished.unlink(missing_ok=True)
        # A name lives in its folder: without these a power cut may lose the file whole.
        for folder in (path.parent, self._folder):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
