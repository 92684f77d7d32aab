"""Without a mail server: mails become files that people and tests can read."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from command_api.mails.carrying import Away
from command_api.mails.letters import Letter

SUFFIX: Final = ".eml"
UUID_LENGTH: Final = 36


class FolderOfMails:
    """Writes each letter once, as ``<time>-<kind>-<id>.eml``, for nobody else to read."""

    repeats_harmlessly = True  # the same letter has the same name and content

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def open(self) -> "FolderOfMails":
        """Make the folder; raises `Away`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _away(error) from None
        return self

    async def hand_over(self, letter: Letter) -> None:
        """Write a letter; raises `Away`."""
        try:
            await asyncio.to_thread(self._write, letter)
        except OSError as error:
            raise _away(error) from None

    async def remove(self, mail_ids: Sequence[UUID]) -> None:
        """Remove the letters of these mails; raises `OSError`."""
        if mail_ids:
            await asyncio.to_thread(self._remove, set(map(str, mail_ids)))

    async def close(self) -> None:
        """Nothing is open."""

    def _write(self, letter: Letter) -> None:
        path = (
            self._folder / f"{letter.asked_at:%Y%m%dT%H%M%S.%fZ}-{letter.kind}-{letter.id}{SUFFIX}"
        )
        unfinished = path.with_suffix(".unfinished")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(letter.message().as_bytes())
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)

    def _remove(self, mail_ids: set[str]) -> None:
        for path in self._folder.glob(f"*{SUFFIX}"):
            if path.stem[-UUID_LENGTH:] in mail_ids:
                path.unlink(missing_ok=True)


def _away(error: OSError) -> Away:
    return Away(f"The folder of mails cannot be written: {error.strerror}.")
