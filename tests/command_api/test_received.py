"""A received file: the same bytes whether it lies in memory or on the disk."""

import os
from pathlib import Path

import pytest

from command_api.received import IN_MEMORY, ReceivedFile

FILES = Path("/proc/self/fd")
PIECE = bytes(range(256)) * 256


def received(size: int) -> ReceivedFile:
    file = ReceivedFile()
    for start in range(0, size, len(PIECE)):
        file.write(PIECE[: size - start])
    return file


@pytest.mark.parametrize("size", [0, 1, len(PIECE), IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY])
def test_all_pieces_are_there_in_order(size: int) -> None:
    file = received(size)
    assert len(file) == size
    assert file.is_large == (size > IN_MEMORY)
    assert file.view() == (PIECE * (size // len(PIECE) + 1))[:size]


def test_a_view_outlives_its_file_and_nothing_is_left_of_either() -> None:
    before = set(FILES.iterdir())
    file = received(3 * IN_MEMORY)
    view = file.view()
    del file
    assert view[: len(PIECE)] == PIECE
    del view
    assert set(FILES.iterdir()) == before


def test_a_large_file_has_no_name() -> None:
    file = received(3 * IN_MEMORY)
    assert file._file is not None
    assert os.fstat(file._file.fileno()).st_nlink == 0
