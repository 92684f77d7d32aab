"""Logs that must not fill the disk."""

from pathlib import Path

from deploy.launch import last_lines
from deploy.logs import shorten_all


def test_long_log_is_moved_while_its_process_goes_on_writing(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    with log.open("a") as process:
        process.write("long ago\n")
        process.flush()
        shorten_all(tmp_path, longest=5)
        process.write("now\n")
    assert log.read_text() == "now\n"
    assert (tmp_path / "api.log.1").read_text() == "long ago\n"


def test_short_log_stays(tmp_path: Path) -> None:
    (tmp_path / "api.log").write_text("long ago\n")
    shorten_all(tmp_path, longest=100)
    assert [path.name for path in tmp_path.iterdir()] == ["api.log"]


def test_last_lines_are_those_of_this_life(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("old\nnew\nnewer\n")
    assert last_lines(log, since=4) == ["new", "newer"]


def test_last_lines_of_a_log_shortened_meanwhile_are_all_of_it(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("new\n")
    assert last_lines(log, since=1000) == ["new"]
