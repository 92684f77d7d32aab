"""The data folder: everything that must outlive a restart, used by one running copy at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

MARKER: Final = "efootball-match-tracker.json"
LOCK: Final = "in-use.lock"
LAYOUT: Final = 1
NOT_FOREIGN: Final = frozenset({LOCK, "lost+found"})  # the second is on every new ext4 volume


class Marker(Struct, frozen=True):
    """What the marker file says: whose the folder is, and how it is laid out inside."""

    made_by: str = "efootball-match-tracker"
    layout: int = LAYOUT


class DataFolder(Struct, frozen=True):
    """Where things are inside."""

    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def nats(self) -> Path:
        return self.path / "nats"

    @property
    def logs(self) -> Path:
        return self.path / "logs"


class DataFolderRefused(Exception):
    """The folder cannot be used; the message is a sentence that says why and what to do."""


@contextmanager
def taken_data_folder(path: Path) -> Iterator[DataFolder]:
    """Hold the data folder at `path` until the end of the block; a missing one is made.

    Raises `DataFolderRefused` when it belongs to something else, is of a later version, cannot be
    written, or is in use. A refused folder is left as it was.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_foreign(path)
        lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DataFolderRefused(
            f"The data folder {path} cannot be used: {error.strerror}."
            " Choose another one with TRACKER_DATA."
        ) from error
    try:
        _hold(lock, path)
        _mark(path)
        folder = DataFolder(path)
        folder.logs.mkdir(exist_ok=True)
        yield folder
    finally:
        os.close(lock)


def _refuse_foreign(path: Path) -> None:
    found = {entry.name for entry in path.iterdir()}
    if MARKER not in found:
        if found <= NOT_FOREIGN:
            return
        raise DataFolderRefused(
            f"The folder {path} holds files of something else and is left alone."
            " Choose an empty or a new folder with TRACKER_DATA."
        )
    try:
        marker = msgspec.json.decode((path / MARKER).read_bytes(), type=Marker)
    except msgspec.DecodeError:
        raise DataFolderRefused(
            f"The file {path / MARKER} is damaged, so it is not certain what the folder holds."
            " Restore it from a backup."
        ) from None
    if marker.layout > LAYOUT:
        raise DataFolderRefused(
            f"The data folder {path} was written by a later version of the tracker (layout"
            f" {marker.layout}, this version knows {LAYOUT}). Start that version."
        )


def _hold(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DataFolderRefused(
            f"The data folder {path} is in use by another running copy. Stop that one, or choose"
            " another folder with TRACKER_DATA."
        ) from None


def _mark(path: Path) -> None:
    if (path / MARKER).exists():
        return
    path.chmod(0o700)
    unfinished = path / LOCK.replace("lock", "unfinished")
    unfinished.write_bytes(msgspec.json.encode(Marker()))
    unfinished.replace(path / MARKER)
