"""``reading-export``: a correction becomes a picture with its truth."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

from deploy.reading_export import run
from deploy.screenshots_store import open_screenshots
from deploy.settings import Settings
from events.log import MatchLog
from events.matches import MatchEvent, StatsConfirmed
from events.stats import Pair, Side
from ocr_service.truth import load_truths
from projections.catalogue import MATCHES
from projections.follower import LiveFollower
from tests.examples import EXAMPLES, SCREENSHOT, UPLOADED

PICTURE = b"the bytes of a picture"


def confirmed(score: Pair, side: Side = Side.LEFT) -> MatchEvent:
    event = EXAMPLES["match.stats_confirmed.v1"]
    assert isinstance(event, StatsConfirmed)
    return replace(event, version=3, score=score, side=side, stats={"possession": Pair(40, 60)})


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return Settings(database=database, screenshots=tmp_path / "screenshots")


def prepared(settings: Settings, match_log: MatchLog, confirmation: MatchEvent) -> None:
    store = open_screenshots(settings)
    asyncio.run(store.put(SCREENSHOT, [PICTURE], "image/png"))
    extracted = replace(EXAMPLES["match.stats_extracted.v1"], version=2)
    for event in (UPLOADED, extracted, confirmation):
        match_log.append(event)
    with psycopg.connect(settings.database, autocommit=True) as conn:
        LiveFollower(settings.database, MATCHES).step(conn)


def test_a_corrected_picture_is_written_with_what_the_player_said(
    settings: Settings, match_log: MatchLog, tmp_path: Path
) -> None:
    prepared(settings, match_log, confirmed(Pair(3, 4), Side.RIGHT))
    assert run(settings, tmp_path / "out") == 0
    [truth] = load_truths(tmp_path / "out")
    assert truth.score == (4, 3)
    assert truth.stats == {"possession": (60, 40)}
    assert truth.phase == "Full Time"
    assert (tmp_path / "out" / truth.file).read_bytes() == PICTURE


def test_a_picture_that_was_read_rightly_is_left_out(
    settings: Settings, match_log: MatchLog, tmp_path: Path
) -> None:
    confirmation = confirmed(Pair(4, 2))
    assert isinstance(confirmation, StatsConfirmed)
    prepared(settings, match_log, replace(confirmation, stats={"possession": Pair(42, 58)}))
    assert run(settings, tmp_path / "out") == 0
    assert load_truths(tmp_path / "out") == []
