"""What the processes write, in one file each, which must not fill the disk."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Final

LONGEST: Final = 10_000_000  # bytes
LOOK_EVERY: Final = 60.0  # seconds


async def keep_short(folder: Path) -> None:
    """Look after the logs in `folder` for ever."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        shorten_all(folder)


def shorten_all(folder: Path, longest: int = LONGEST) -> None:
    """Move what each log longer than `longest` bytes holds to ``<log>.1``, over what was there.

    The file itself stays, because its process goes on writing into it (and always at its end).
    """
    for log in folder.glob("*.log"):
        if log.stat().st_size > longest:
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            os.truncate(log, 0)
