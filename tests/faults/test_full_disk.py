"""The disk is full: what cannot be kept is refused, and nothing that was taken is lost."""

import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.data_folder import DataFolder
from tests.deploy.processes import wait_for
from tests.faults.killing import end, process_of
from tests.faults.readiness import HEALED_WITHIN, is_ready, seconds_until_ready
from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="limits and mounts as Linux does"
)

LARGEST_FILE = 16 * 1024  # bytes; a picture is larger
DISK = "256m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, where we may mount one."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    folder = tmp_path / "disk"
    folder.mkdir()
    command = [mount or "mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    if not (mount and umount) or subprocess.run(command, check=False).returncode:  # noqa: S603
        pytest.skip("no disk may be mounted here")
    yield folder
    wait_for(lambda: not subprocess.run([umount, str(folder)], check=False).returncode)  # noqa: S603


def unfinished(system: Copy) -> list[Path]:
    return [
        path
        for path in DataFolder(system.folder).path.glob("screenshots/**/*")
        if path.is_file() and "unfinished" in path.name
    ]


def test_an_upload_without_room_is_refused_and_leaves_nothing(system: Copy) -> None:
    player = Player(system)
    kept = player.upload(drawn(seed=51)[0], score_user="1", score_opponent="0").json()
    picture, _ = drawn(seed=52)
    api = process_of(system, "api")
    assert api
    before = resource.prlimit(api, resource.RLIMIT_FSIZE)
    resource.prlimit(api, resource.RLIMIT_FSIZE, (LARGEST_FILE, before[1]))
    try:
        answer = player.upload(picture, score_user="2", score_opponent="0")
    finally:
        resource.prlimit(api, resource.RLIMIT_FSIZE, before)
    assert answer.status_code == 503
    assert "no room" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    assert [match["id"] for match in player.get("/api/matches/")] == [kept["id"]]
    assert unfinished(system) == []
    assert player.upload(picture, score_user="2", score_opponent="0").status_code == 201
    player.http.close()


def test_a_full_disk_under_everything_loses_nothing(small_disk: Path) -> None:
    system = Copy(small_disk / "data", TRACKER_RATE_LIMITS="off")
    try:
        player = Player(system)
        first = player.upload(drawn(seed=53)[0], score_user="1", score_opponent="0").json()
        taken = {first["id"]: 1}
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(64 * 1024)):
                pass
        refused = 0
        for number in range(20):
            picture, _ = drawn(seed=60 + number)
            answer = player.upload(picture, score_user="3", score_opponent="0")
            assert answer.status_code in {201, 503}, answer.text
            if answer.status_code == 201:
                taken[answer.json()["id"]] = 3
            else:
                refused += 1
                assert answer.json()["detail"]
                assert answer.headers["Retry-After"]
        assert refused
        assert unfinished(system) == []
        filler.unlink()
        assert seconds_until_ready(system) < HEALED_WITHIN
        wait_for(lambda: is_ready(system))
        shown = {match["id"]: match["score_user"] for match in player.get("/api/matches/")}
        assert shown == taken
        again = player.upload(drawn(seed=54)[0], score_user="2", score_opponent="0")
        assert again.status_code == 201
        player.http.close()
    finally:
        end(system)
