"""`python -m deploy demo` from outside, with pictures that show something and some that do not."""

import re
from pathlib import Path

import pytest

from deploy.demo import SEED
from ocr_service.drawing import random_match, seeded
from tests.deploy.processes import free_port, start
from tests.journeys.copies import Copy

SCREENSHOTS = Path(__file__).parent.parent.parent.parent / "shared" / "screenshots"


def demo(port: int, *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    process = start("deploy", "demo", *arguments, environment={"TRACKER_PORT": str(port)})
    output, complaint = process.communicate(timeout=60)
    return process.returncode, output, complaint


def test_drawn_screen_is_read_confirmed_and_counted(copy: Copy) -> None:
    status, output, complaint = demo(copy.port)
    assert (status, complaint) == (0, "")
    match = random_match(seeded(SEED))
    assert match.score
    player, opponent = match.score
    assert re.search(rf"Score +│ +{player} │ +{opponent} │ +\d+% │", output), output
    for name, (left, right) in match.stats.items():
        label = name.replace("_", " ").capitalize()
        # How well pictures are read is tested elsewhere; a wrong number is never shown.
        assert re.search(rf"{label} +│ +({left}|[?]) │ +({right}|[?]) │ +\d+% │", output), output
    assert re.search(rf"│ +1 │.* {player}:{opponent} │", output), output


@pytest.mark.skipif(not SCREENSHOTS.exists(), reason="the real screenshots are not here")
def test_real_screen_shows_its_numbers(copy: Copy) -> None:
    status, output, _ = demo(
        copy.port, str(SCREENSHOTS / "efootball" / "ef26_mobile_bvb_iconics.jpeg")
    )
    assert status == 0
    assert re.search(r"Score +│ +4 │ +2 │", output), output
    assert re.search(r"Passes +│ +154 │ +220 │", output), output


def test_file_that_is_no_picture_is_refused_with_a_sentence(copy: Copy, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    status, _, complaint = demo(copy.port, str(tmp_path / "notes.txt"))
    assert status == 1
    assert complaint == (
        "This file is not a picture that can be read here."
        " Please send a PNG, JPEG or WebP picture.\n"
    )


def test_missing_file_is_named(copy: Copy, tmp_path: Path) -> None:
    path = tmp_path / "gone.png"
    status, output, complaint = demo(copy.port, str(path))
    assert (status, output) == (1, "")
    assert complaint == f"The picture {path} cannot be read: No such file or directory.\n"


def test_system_that_does_not_run_is_told_of() -> None:
    port = free_port()
    status, _, complaint = demo(port)
    assert status == 1
    assert complaint == (
        f"The system is not ready. Nothing answers at http://127.0.0.1:{port}."
        " `make run` in another terminal starts it.\n"
    )
