"""``reading-export``: pictures that were read wrongly, with what players said, as new tests."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import psycopg
from rich.console import Console
from rich.progress import track

from deploy.operating import with_database
from deploy.screenshots_store import open_screenshots
from deploy.settings import Settings
from deploy.terminal import complain
from events.match import Match
from events.perspective import perspective_of
from events.reading import Phase
from events.screenshots import ScreenshotMissing
from events.stats import Pair, Side
from ocr_service.truth import Truth
from projections.quality import comparison

SUFFIXES: Final = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
PHASES: Final = {
    Phase.HALF_TIME: "Half Time",
    Phase.FULL_TIME: "Full Time",
    Phase.AFTER_EXTRA_TIME: "After Extra Time",
}
console: Final = Console(stderr=True)


def run(settings: Settings, folder: Path) -> int:
    """Write the pictures and their `truth.json` into `folder`; returns the exit status."""
    settings = with_database(settings, "reading-export")
    store = open_screenshots(settings)
    truths: list[Truth] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with psycopg.connect(settings.database) as conn:
            for match in track(corrected(conn), "Looking", console=console, transient=True):
                name = f"{match.id}{SUFFIXES[match.media_type]}"
                try:
                    picture = asyncio.run(store.get(match.screenshot))
                except ScreenshotMissing:
                    complain(f"The picture of match {match.id} is missing.")
                    continue
                (folder / name).write_bytes(picture)
                truths.append(truth_of(match, name))
        (folder / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(truths)))
    except psycopg.OperationalError as error:
        complain(f"The database cannot be reached: {error}".strip())
        return 1
    except OSError as error:
        complain(f"The folder {folder} cannot be used: {error.strerror}.")
        return 1
    console.print(f"Wrote {len(truths)} pictures with their truth to {folder}.")
    return 0


def corrected(conn: psycopg.Connection) -> Iterator[Match]:
    """The matches in which a player changed something that was read."""
    cursor = conn.execute(
        """
        SELECT state
        FROM read_models.states
        JOIN read_models.matches USING (match_id)
        WHERE result IS NOT NULL AND NOT is_deleted
        ORDER BY created_at, match_id
        """
    )
    seen = None  # a shared match has two rows, for its owner and a friend
    for (state,) in cursor:
        match = msgspec.json.decode(state, type=Match)
        if match.id != seen and any(comparison(match).values()):
            yield match
        seen = match.id


def truth_of(match: Match, file: str) -> Truth:
    """What stands on the picture of a confirmed match, as its player said it.

    Names and numbers that the player did not confirm are left out.
    """
    assert match.confirmed is not None  # noqa: S101  # only these are corrected
    side = match.confirmed.seen_from or perspective_of(match).side_or_left
    phase = match.reading.phase if match.reading else None
    return Truth(
        file=file,
        score=_from_left(side, match.confirmed.score),
        phase=PHASES[phase] if phase else None,
        penalties=_from_left(side, match.confirmed.penalties),
        stats={
            key: numbers
            for key, pair in match.confirmed.stats.items()
            if (numbers := _from_left(side, pair))
        },
    )


def _from_left(side: Side, pair: Pair | None) -> tuple[int, int] | None:
    if pair is None or pair.user is None or pair.opponent is None:
        return None
    numbers = (pair.user, pair.opponent)
    return numbers if side is Side.LEFT else numbers[::-1]
