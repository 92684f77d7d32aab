"""The addresses of match commands."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from litestar import Response, Router, delete, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import UNSET

from command_api.bodies import read_form, read_json
from command_api.matches.commands import (
    ConfirmStats,
    DeleteMatch,
    MatchCommand,
    RequestExtraction,
    RestoreMatch,
)
from command_api.matches.executing import Done, cause_of_request
from command_api.matches.upload_form import FILE, upload_of
from command_api.matches.use_cases import MatchCommands
from command_api.pictures import MAX_BYTES
from command_api.preferences import Waiting, waiting
from events.identity import Principal
from events.match import Status
from events.match_view import MatchView, view
from events.refusals import Invalid, VersionMismatch
from events.web import WebRequest, match_id_of

MATCH: Final = "/api/matches/{match_id:str}"


@post("/api/matches", status_code=201)
async def upload_screenshot(
    request: WebRequest,
    principal: NamedDependency[Principal],
    commands: NamedDependency[MatchCommands],
) -> Response[MatchView]:
    """Keep a screenshot as a new match, and wait for its reading."""
    form = await read_form(request, frozenset({FILE}), MAX_BYTES)
    wait = waiting(request.headers.get("prefer", ""))
    now = datetime.now(UTC)
    upload = upload_of(form, uuid4(), principal.user_id, now)
    cause = cause_of_request(_actor(principal), uuid4(), now)
    done = await commands.upload(
        upload.command, upload.picture, upload.confirmation, cause, wait.reading
    )
    await commands.until_shown(done.position, wait.shown)
    response = _answer(done, 202 if done.match.status is Status.PROCESSING else 201)
    response.headers["Location"] = f"/api/matches/{done.match.id}/"
    return response


@put(MATCH)
async def confirm_stats(
    request: WebRequest,
    match_id: FromPath[str],
    principal: NamedDependency[Principal],
    commands: NamedDependency[MatchCommands],
) -> Response[MatchView]:
    """Confirm the numbers, or correct them when they were confirmed before."""
    command = await read_json(request, ConfirmStats)
    faults = {
        name: ["This number is needed."]
        for name in ("score_user", "score_opponent")
        if getattr(command, name) is UNSET
    }
    if faults:
        raise Invalid("The score is needed.", faults)
    return await _change(request, match_id_of(match_id), principal, commands, command)


@patch(MATCH)
async def confirm_some_stats(
    request: WebRequest,
    match_id: FromPath[str],
    principal: NamedDependency[Principal],
    commands: NamedDependency[MatchCommands],
) -> Response[MatchView]:
    """Confirm the numbers as they stand, but for those that are sent."""
    command = await read_json(request, ConfirmStats)
    return await _change(request, match_id_of(match_id), principal, commands, command)


@delete(MATCH, status_code=204)
async def delete_match(
    request: WebRequest,
    match_id: FromPath[str],
    principal: NamedDependency[Principal],
    commands: NamedDependency[MatchCommands],
) -> Response[None]:
    """Stop showing and counting a match."""
    changed = await _change(request, match_id_of(match_id), principal, commands, DeleteMatch())
    return Response(None, status_code=204, headers=changed.headers)


@post(f"{MATCH}/restore", status_code=200)
async def restore_match(
    request: WebRequest,
    match_id: FromPath[str],
    principal: NamedDependency[Principal],
    commands: NamedDependency[MatchCommands],
) -> Response[MatchView]:
    """Undo the deletion of a match."""
    return await _change(request, match_id_of(match_id), principal, commands, RestoreMatch())


@post(f"{MATCH}/extraction", status_code=202)
async def request_extraction(
    request: WebRequest,
    match_id: FromPath[str],
    principal: NamedDependency[Principal],
    commands: NamedDependency[MatchCommands],
) -> Response[MatchView]:
    """Read the stored screenshot again."""
    command = RequestExtraction()
    return await _change(request, match_id_of(match_id), principal, commands, command, 202)


async def _change(
    request: WebRequest,
    match_id: UUID,
    principal: Principal,
    commands: MatchCommands,
    command: MatchCommand,
    status: int = 200,
) -> Response[MatchView]:
    cause = cause_of_request(_actor(principal), uuid4(), datetime.now(UTC))
    version = _expected_version(request)
    done = await commands.change(match_id, principal.user_id, command, cause, version)
    wait: Waiting = waiting(request.headers.get("prefer", ""))
    await commands.until_shown(done.position, wait.shown)
    return _answer(done, status)


def _answer(done: Done, status: int) -> Response[MatchView]:
    headers = {"ETag": f'"{done.match.version}"'}
    if done.position is not None:
        headers["Event-Position"] = str(done.position)
    return Response(view(done.match), status_code=status, headers=headers)


def _expected_version(request: WebRequest) -> int | None:
    condition = request.headers.get("if-match", "").strip()
    if condition in ("", "*"):
        return None
    digits = condition.strip('"')
    if not (digits.isascii() and digits.isdigit()):
        raise VersionMismatch('If-Match names no version of this match, as "3" would.')
    return int(digits)


def _actor(principal: Principal) -> str:
    return f"player:{principal.user_id}"


router = Router(
    "/",
    route_handlers=[
        upload_screenshot,
        confirm_stats,
        confirm_some_stats,
        delete_match,
        restore_match,
        request_extraction,
    ],
)
