"""A file of a form as it came in: in memory while it is small, else in a file without a name."""

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from events.refusals import Unavailable

IN_MEMORY: Final = 512 * 1024
NO_ROOM: Final = "There is no room for this file at this moment; try again later."


class ReceivedFile:
    """Bytes that are written once, one piece after another, and then looked at.

    A large one lies in the folder for temporary files, where it has no name: nothing is left of it
    when it is let go of, however this process ends.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __del__(self) -> None:
        if self._file:
            self._file.close()

    @property
    def is_large(self) -> bool:
        """Whether looking at it takes its size of memory for as long as that lasts."""
        return self._file is not None

    def write(self, piece: bytes | bytearray) -> None:
        """Add a piece; raises `Unavailable` when the disk is full."""
        self._size += len(piece)
        with _room():
            if self._file is None and self._size > IN_MEMORY:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed when let go of
                self._file.write(self._held)
                self._held = bytearray()
            if self._file:
                self._file.write(piece)
            else:
                self._held += piece

    def view(self) -> memoryview:
        """All of it. A large one is mapped for as long as somebody holds the view."""
        if self._file is None:
            return memoryview(self._held)
        with _room():
            self._file.flush()
            return memoryview(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ))


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(NO_ROOM) from error
