"""Pictures drawn from a seed, measured against the bars."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec

from ocr_service.bench import bars
from ocr_service.drawing.samples import STRESS, samples
from ocr_service.evaluate import Timing
from ocr_service.scoring import Score
from ocr_service.truth import load_truths


def _measured(numbers: Counter[str]) -> tuple[Score, Timing]:
    score, timing = Score(), Timing()
    score.pictures = 1
    score.kinds.update(plain=numbers, photo=numbers)
    timing.milliseconds = [90.0]
    timing.cpu_seconds = 0.1
    return score, timing


def test_bars_hold_when_everything_is_right() -> None:
    assert all(holds for *_, holds in bars(*_measured(Counter(right=10_000))))


def test_bars_fail_when_numbers_are_missed() -> None:
    held = bars(*_measured(Counter(right=9_000, wrong=100, absent=900)))
    assert [holds for *_, holds in held[:3]] == [False, False, False]


def test_pictures_of_every_kind_of_stress_are_drawn() -> None:
    stressed = list(samples(9, len(STRESS), is_stress=True))
    assert {sample.truth.kind for sample in stressed} == set(STRESS)


def test_drawn_set_is_measured_and_kept(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "ocr_service.bench", "--count", "3", "--keep", tmp_path / "set"],
        capture_output=True,
        text=True,
        check=False,
    )
    totals = msgspec.json.decode(done.stdout.splitlines()[-1])
    assert totals["pictures"] == 3
    assert totals["wrong_share"] == 0
    kept = load_truths(tmp_path / "set")
    assert all((tmp_path / "set" / truth.file).is_file() for truth in kept)
    assert len(kept) == 3
    assert "at least 99.9 %" in done.stdout
