"""Folders for the servers of the tests: in memory, where there is some to spare."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - what is made in it has a name of its own
ROOM: Final = 3 * 2**30  # bytes; the suite needs a third of it


@contextmanager
def new_folder() -> Iterator[Path]:
    """A folder in a short path that PostgreSQL's own user may enter, removed in the end.

    A database is hundreds of files: in memory they are made and removed with half the CPU.
    """
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    path = Path(tempfile.mkdtemp(prefix="tracker-", dir=MEMORY if has_room else None))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)
