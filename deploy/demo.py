"""`demo`: a made-up player uploads a screenshot to the running system and confirms its numbers."""

import secrets
import time
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

import httpx
import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.address import readiness
from deploy.demo_tables import Summary, reading_table, summary_table
from deploy.settings import Settings
from deploy.terminal import complain
from events.match import Status
from events.match_view import ExtractedData, MatchView
from events.stats import Side

PATIENCE: Final = 15.0  # seconds for one answer
READ_WITHIN: Final = 120.0  # seconds: there may be others waiting
ASK_AGAIN: Final = 0.1  # seconds
SEED: Final = 5  # of the match and the scenery that are drawn

T = TypeVar("T")


class DemoFailed(Exception):
    """The demo cannot go on; the message is a sentence that says why."""


class Screenshot(Struct, frozen=True):
    """A picture to upload, and what to call the opponent on it."""

    name: str
    picture: bytes
    opponent_name: str


class _Tokens(Struct):
    access: str


class _Problem(Struct):
    detail: str


def demo(settings: Settings, path: Path | None) -> int:
    """Upload the picture at `path`, or a drawn one; returns the exit status."""
    console = Console()
    try:
        screenshot = _from_file(path) if path else _drawn()
        _refuse_unready(settings)
        with httpx.Client(base_url=settings.address, timeout=PATIENCE, trust_env=False) as client:
            _play(client, screenshot, console)
    except DemoFailed as failure:
        complain(str(failure))
        return 1
    except httpx.TransportError as error:
        complain(f"The system at {settings.address} stopped answering ({error}).")
        return 1
    return 0


def _refuse_unready(settings: Settings) -> None:
    now = readiness(settings)
    if not now.is_ready:
        raise DemoFailed(
            f"The system is not ready. {now.detail} `make run` in another terminal starts it."
        )


def _play(client: httpx.Client, screenshot: Screenshot, console: Console) -> None:
    client.headers["Authorization"] = f"Bearer {_sign_in(client, console)}"
    match = _read(client, _upload(client, screenshot), screenshot.name)
    if match.failure:
        raise DemoFailed(f"No numbers came out of {screenshot.name}: {match.failure.detail}")
    if not match.extracted_data:
        raise DemoFailed(f"{screenshot.name} was not read within {READ_WITHIN:.0f} s.")
    console.print(reading_table(match.extracted_data))
    for warning in match.extracted_data.warnings:
        console.print(f"[yellow]•[/yellow] {warning}", highlight=False)
    _confirm(client, match.id, match.extracted_data)
    summary = _answer(client.get("/api/stats/summary/"), Summary)
    console.print("Confirmed as read. The player's summary now:", summary_table(summary))


def _sign_in(client: httpx.Client, console: Console) -> str:
    account = {
        "email": f"demo-{secrets.token_hex(6)}@example.org",
        "password": secrets.token_urlsafe(18),
    }
    _answer(client.post("/api/auth/register/", json=account), dict[str, Any])
    console.print(f"A player for this demo: {account['email']}", highlight=False)
    return _answer(client.post("/api/auth/login/", json=account), _Tokens).access


def _upload(client: httpx.Client, screenshot: Screenshot) -> MatchView:
    answer = client.post(
        "/api/matches/",
        data={"opponent_name": screenshot.opponent_name},
        files={"screenshot": (screenshot.name, screenshot.picture)},
        headers={"Prefer": "respond-async"},
    )
    return _answer(answer, MatchView)


def _read(client: httpx.Client, match: MatchView, name: str) -> MatchView:
    """The match once its picture was read, or as it is when that takes too long."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        reading = progress.add_task(f"Reading {name}", total=None)
        give_up_at = time.monotonic() + READ_WITHIN
        while match.status is Status.PROCESSING and time.monotonic() < give_up_at:
            time.sleep(ASK_AGAIN)
            match = _answer(client.get(f"/api/matches/{match.id}/"), MatchView)
        progress.update(reading, total=1, completed=1)
    return match


def _confirm(client: httpx.Client, match_id: UUID, read: ExtractedData) -> None:
    if read.score_user is None or read.score_opponent is None:
        raise DemoFailed("The score could not be read, so there is nothing to confirm.")
    numbers: dict[str, Any] = {
        "score_user": read.score_user,
        "score_opponent": read.score_opponent,
        "stats": read.stats,
        "side": read.side or Side.LEFT,
    }
    if read.penalties_user is not None and read.penalties_opponent is not None:
        numbers |= {
            "penalties_user": read.penalties_user,
            "penalties_opponent": read.penalties_opponent,
        }
    answer = client.put(
        f"/api/matches/{match_id}/",
        content=msgspec.json.encode(numbers),
        headers={"Content-Type": "application/json"},
    )
    _answer(answer, MatchView)


def _answer(response: httpx.Response, type_: type[T]) -> T:
    if response.is_success:
        return msgspec.json.decode(response.content, type=type_)
    raise DemoFailed(msgspec.json.decode(response.content, type=_Problem).detail)


def _from_file(path: Path) -> Screenshot:
    try:
        return Screenshot(path.name, path.read_bytes(), "Opponent")
    except OSError as error:
        raise DemoFailed(f"The picture {path} cannot be read: {error.strerror}.") from None


def _drawn() -> Screenshot:
    # Imported here: a picture of one's own needs no drawing.
    from ocr_service.drawing import draw, random_match, seeded

    match = random_match(seeded(SEED))
    return Screenshot("a drawn screen", draw(match, seed=SEED), match.right_name)
