"""The data folder: ours, writable, in use by one, and otherwise left alone."""

import os
import stat
from pathlib import Path

import pytest

from deploy.data_folder import LOCK, MARKER, DataFolderRefused, taken_data_folder


def test_missing_folder_is_made_and_closed_to_everybody_else(tmp_path: Path) -> None:
    path = tmp_path / "some" / "data"
    with taken_data_folder(path):
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IRWXU
        assert (path / MARKER).exists()


def test_empty_folder_of_the_user_is_taken_and_closed_to_everybody_else(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with taken_data_folder(tmp_path):
        assert stat.S_IMODE(tmp_path.stat().st_mode) == stat.S_IRWXU


def test_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with taken_data_folder(tmp_path):
            (tmp_path / "content").touch()


def test_folder_in_use_is_refused(tmp_path: Path) -> None:
    with (
        taken_data_folder(tmp_path),
        pytest.raises(DataFolderRefused, match="in use by another running copy"),
        taken_data_folder(tmp_path),
    ):
        pass


def test_folder_with_foreign_files_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "thesis.txt").write_text("chapter one")
    with (
        pytest.raises(DataFolderRefused, match="files of something else"),
        taken_data_folder(tmp_path),
    ):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_start_that_was_cut_short_before_the_marker_is_none_of_foreign(tmp_path: Path) -> None:
    (tmp_path / LOCK).touch()
    with taken_data_folder(tmp_path):
        assert (tmp_path / MARKER).exists()


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with (
        pytest.raises(DataFolderRefused, match=r"cannot be used: .*TRACKER_DATA"),
        taken_data_folder(tmp_path / "data"),
    ):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere but there")
def test_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with (
        pytest.raises(DataFolderRefused, match="Permission denied"),
        taken_data_folder(tmp_path),
    ):
        pass


def test_place_where_nobody_can_make_a_folder_is_refused() -> None:
    with (
        pytest.raises(DataFolderRefused, match=r"The data folder /proc/.* cannot be used"),
        taken_data_folder(Path("/proc/no-such-place/data")),
    ):
        pass


@pytest.mark.parametrize(
    ("marker", "sentence"),
    [('{"layout": 2}', "written by a later version"), ("{", "is damaged")],
)
def test_marker_that_cannot_be_followed_is_refused(
    tmp_path: Path, marker: str, sentence: str
) -> None:
    (tmp_path / MARKER).write_text(marker)
    with pytest.raises(DataFolderRefused, match=sentence), taken_data_folder(tmp_path):
        pass
