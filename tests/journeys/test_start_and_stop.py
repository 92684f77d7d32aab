"""`python -m deploy up` from outside: it starts, refuses, stops, and goes on with its data."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.deploy.processes import belonging_to, free_port, wait_until_gone
from tests.journeys.copies import Copy, up

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)
PLAYER = {"email": "keeper@example.org", "password": "correct horse battery staple"}


def test_second_copy_runs_beside_the_first_and_stops_without_a_trace(
    copy: Copy, tmp_path: Path
) -> None:
    second = Copy(tmp_path / "data")
    assert [each.ask("GET", "/readyz").status_code for each in (copy, second)] == [200, 200]
    everything = belonging_to(second.folder)
    assert len(everything) > 5
    assert second.end(signal.SIGTERM) == (0, "")
    for process_id in everything:
        wait_until_gone(process_id)
    assert copy.ask("GET", "/readyz").status_code == 200


def test_taken_port_is_refused(copy: Copy, tmp_path: Path) -> None:
    sentence = f"Port {copy.port} on 127.0.0.1 is taken by another program."
    refused(up(tmp_path / "data", copy.port), sentence, tmp_path)


def test_data_folder_in_use_is_refused(copy: Copy) -> None:
    complaint = up(copy.folder, free_port()).communicate(timeout=20)[1]
    assert complaint.startswith(f"The data folder {copy.folder} is in use by another running copy.")


def test_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("chapter one")
    refused(up(tmp_path, free_port()), f"The folder {tmp_path} holds files of something", tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_misspelt_setting_is_refused(tmp_path: Path) -> None:
    process = up(tmp_path / "data", free_port(), TRACKER_RATE_LIMIT="off")
    refused(process, "TRACKER_RATE_LIMIT is not a setting. Did you mean", tmp_path)
    assert not (tmp_path / "data").exists()


def test_everything_killed_at_once_goes_on_with_its_data(tmp_path: Path) -> None:
    killed = Copy(tmp_path / "data")
    assert killed.ask("POST", "/api/auth/register/", json=PLAYER).status_code == 201
    everything = belonging_to(killed.folder)
    for process_id in everything:
        with suppress(ProcessLookupError):  # it went with its parent
            os.kill(process_id, signal.SIGKILL)
    killed.process.communicate()
    for process_id in everything:
        wait_until_gone(process_id)
    again = Copy(tmp_path / "data")
    assert again.ask("POST", "/api/auth/login/", json=PLAYER).status_code == 200
    assert again.end(signal.SIGINT) == (0, "")


def refused(process: "subprocess.Popen[str]", sentence: str, folder: Path) -> None:
    output, complaint = process.communicate(timeout=20)
    assert (process.returncode, output) == (1, "")
    assert complaint.startswith(sentence)
    assert complaint.count("\n") == 1
    assert belonging_to(folder) == set()
