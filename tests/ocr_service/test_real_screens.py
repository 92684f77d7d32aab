"""The real screenshots, where they are at hand."""

from pathlib import Path
from typing import Any

import pytest

from events.reading import FailureReason, Phase, Reading, Unreadable
from events.stats import Sides
from ocr_service.engine import TextEngine
from ocr_service.read import read
from tests.ocr_service.real_screens import FOLDER, needs_real_screens, pictures, truths

pytestmark = needs_real_screens


@pytest.mark.parametrize("truth", truths(), ids=lambda truth: Path(truth["file"]).stem)
def test_real_screen_is_read_without_one_wrong_value(
    each_engine: TextEngine, truth: dict[str, Any]
) -> None:
    reading = read((FOLDER / truth["file"]).read_bytes(), each_engine)
    assert isinstance(reading, Reading)
    assert reading.stats == {key: Sides(*pair) for key, pair in truth["stats"].items()}
    assert reading.score == Sides(*truth["score"])
    assert reading.phase is Phase.FULL_TIME
    assert reading.penalties is None
    for side in ("left", "right"):
        name = truth[f"{side}_name"]
        assert getattr(reading, f"{side}_name") == (name if name.isascii() else None)


def test_name_in_unknown_script_is_left_to_the_player(engine: TextEngine) -> None:
    picture = FOLDER / "efootball" / "ef26_mobile_iconics_arabic.jpeg"
    reading = read(picture.read_bytes(), engine)
    assert isinstance(reading, Reading)
    assert [warning for warning in reading.warnings if "team on the right" in warning]
    assert reading.confidence["right_name"] <= 0.5


@pytest.mark.parametrize("picture", pictures("not_stats"), ids=lambda path: path.stem)
def test_other_picture_gives_no_numbers(engine: TextEngine, picture: Path) -> None:
    outcome = read(picture.read_bytes(), engine)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is FailureReason.NOT_A_STATS_SCREEN


@pytest.mark.parametrize("picture", pictures("other_games"), ids=lambda path: path.stem)
def test_other_game_is_recognised_and_not_read(engine: TextEngine, picture: Path) -> None:
    outcome = read(picture.read_bytes(), engine)
    assert isinstance(outcome, Unreadable)
    assert outcome.reason is FailureReason.UNSUPPORTED_SCREEN
