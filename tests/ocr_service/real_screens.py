"""Real screenshots beside the repository; they are not part of it, and tests skip without them."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "screenshots"

needs_real_screens = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real screenshots are not here"
)


def truths() -> list[dict[str, Any]]:
    """What stands on the real eFootball screens, typed by eye."""
    path = FOLDER / "efootball" / "truth.json"
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []


def pictures(folder: str) -> list[Path]:
    """The pictures of one folder."""
    found = (FOLDER / folder).glob("*") if FOLDER.is_dir() else iter(())
    return sorted(path for path in found if path.suffix in {".jpg", ".jpeg", ".png"})
