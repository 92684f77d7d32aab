"""Counting what was right, wrong and absent, and the command that prints it."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from events.reading import FailureReason, Reading, Unreadable
from events.stats import Sides
from ocr_service.drawing.samples import samples
from ocr_service.scoring import Score, share
from ocr_service.truth import Truth

TRUTH = Truth(
    left_name="iconics", score=(2, 1), phase="Full Time", stats={"shots": (9, 6)}, kind="plain"
)


def _reading(shots: Sides, confidence: float) -> Reading:
    return Reading(
        screen="efootball.match_stats",
        phase=None,
        left_name="iconics",
        right_name=None,
        score=Sides(2, 1),
        penalties=None,
        stats={"shots": shots},
        confidence={"score": 0.99, "stats.shots": confidence},
        warnings=(),
        engine="none 1",
        milliseconds=1,
    )


def test_right_wrong_and_absent_are_told_apart() -> None:
    score = Score()
    missed = score.add(_reading(Sides(9, 8), 0.97), TRUTH)
    score.add(_reading(Sides(9, None), 0.97), TRUTH)
    assert score.fields["shots"] == Counter(right=2, wrong=1, absent=1)
    assert score.fields["score"] == Counter(right=4)
    assert score.sure_and_wrong == 1
    assert {one.field for one in missed} == {"shots", "phase"}


def test_picture_that_was_refused_counts_as_absent() -> None:
    score = Score()
    score.add(Unreadable(reason=FailureReason.UNREADABLE, detail="No."), TRUTH)
    assert score.numbers == Counter(absent=4)
    assert share(score.numbers, "right") == 0


def test_number_that_is_not_there_is_invented() -> None:
    score = Score()
    score.add(_reading(Sides(9, None), 0.5), Truth(reason="not_a_stats_screen"))
    assert score.invented == 3
    assert score.numbers["wrong"] == 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    truths = []
    for sample in samples(seed=5, count=2):
        (tmp_path / sample.truth.file).write_bytes(sample.picture)
        truths.append(sample.truth)
    (tmp_path / "truth.json").write_bytes(msgspec.json.encode(truths))
    return tmp_path


def test_folder_is_evaluated_and_reported(folder: Path) -> None:
    report = folder / "report.html"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "ocr_service.evaluate", folder, "--write-report", report],
        capture_output=True,
        text=True,
        check=True,
    )
    totals = msgspec.json.decode(done.stdout.splitlines()[-1])
    assert totals["pictures"] == 2
    assert totals["numbers"]["right"] >= 56
    assert totals["p95_ms"] >= totals["p50_ms"] > 0
    assert "possession" in done.stdout
    assert report.read_text().startswith("<!doctype html>")


def test_missed_value_is_shown_with_its_crop(folder: Path) -> None:
    truths = msgspec.json.decode((folder / "truth.json").read_bytes())
    truths[0]["stats"]["fouls"] = [77, 78]
    (folder / "truth.json").write_bytes(msgspec.json.encode(truths))
    report = folder / "report.html"
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "ocr_service.evaluate", folder, "--write-report", report],
        capture_output=True,
        check=True,
    )
    page = report.read_text()
    assert page.count("data:image/png;base64") >= 2
    assert "<td>77<td>" in page


def test_folder_without_truth_is_a_readable_error(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "ocr_service.evaluate", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "truth.json" in done.stderr
    assert "Traceback" not in done.stderr
