"""The addresses of match commands."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid5

from litestar import Response, Router, delete, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import UNSET

from command_api.bodies import read_form, read_json
from command_api.desk import Desk
from command_api.idempotency import Answer
from command_api.matches.commands import (
    ConfirmStats,
    DeleteMatch,
    MatchCommand,
    RequestExtraction,
    RestoreMatch,
)
from command_api.matches.requests import (
    Asked,
    answer_of,
    asked_by,
    expected_version,
    response_of,
)
from command_api.matches.upload_form import FILE, upload_of
from command_api.pictures import MAX_BYTES
from events.match import Status
from events.parameters import parameters_of
from events.ready import Ready
from events.refusals import Invalid, Refusal
from events.web import WebRequest, match_id_of

MATCH: Final = "/api/matches/{match_id:str}"


@post("/api/matches", status_code=201)
async def upload_screenshot(
    request: WebRequest,
    desk: NamedDependency[Desk],
) -> Ready:
    """Keep a screenshot as a new match, and wait for its reading."""
    form = await read_form(request, frozenset({FILE}), MAX_BYTES)
    asked = asked_by(request, desk.principal, form.content())
    if given := await desk.answers.first(asked.attempt):
        return response_of(given, desk.media)
    match_id = uuid5(asked.attempt.command_id, "match")
    upload = upload_of(form, asked.now)
    confirmation = upload.confirmation
    command = await desk.commands.keep(upload, match_id, desk.principal.user_id)
    del form, upload  # many may wait for their reading, but not with a picture in memory each
    done = await desk.commands.begin(
        command, confirmation, asked.cause, asked.wait.reading, asked.attempt.fingerprint
    )
    is_shown = await desk.commands.until_shown(done.position, asked.wait.shown)
    status = 202 if done.match.status is Status.PROCESSING else 201
    location = {"Location": f"/api/matches/{done.match.id}/"}
    answer = await answer_of(desk.commands, done, status, is_shown=is_shown, headers=location)
    kept = await desk.answers.keep(asked.attempt, desk.principal.user_id, answer, asked.now)
    return response_of(kept, desk.media)


@put(MATCH)
async def confirm_stats(
    request: WebRequest,
    match_id: FromPath[str],
    desk: NamedDependency[Desk],
) -> Ready:
    """Confirm the numbers, or correct them when they were confirmed before."""
    needed = ("score_user", "score_opponent")
    command = await _confirmation(request, match_id, desk, needed)
    answer = await _change(request, match_id, asked_by(request, desk.principal), desk, command)
    return response_of(answer, desk.media)


@patch(MATCH)
async def confirm_some_stats(
    request: WebRequest,
    match_id: FromPath[str],
    desk: NamedDependency[Desk],
) -> Ready:
    """Confirm the numbers as they stand, but for those that are sent."""
    command = await _confirmation(request, match_id, desk)
    answer = await _change(request, match_id, asked_by(request, desk.principal), desk, command)
    return response_of(answer, desk.media)


@delete(MATCH, status_code=204)
async def delete_match(
    request: WebRequest,
    match_id: FromPath[str],
    desk: NamedDependency[Desk],
) -> Response[None]:
    """Stop showing and counting a match."""
    asked = await _asked_of(request, match_id, desk)
    answer = await _change(request, match_id, asked, desk, DeleteMatch())
    return Response(None, status_code=204, headers=answer.headers)


@post(f"{MATCH}/restore", status_code=200)
async def restore_match(
    request: WebRequest,
    match_id: FromPath[str],
    desk: NamedDependency[Desk],
) -> Ready:
    """Undo the deletion of a match."""
    asked = await _asked_of(request, match_id, desk, ())
    return await _change_once(request, match_id, asked, desk, RestoreMatch())


@post(f"{MATCH}/extraction", status_code=202)
async def request_extraction(
    request: WebRequest,
    match_id: FromPath[str],
    desk: NamedDependency[Desk],
) -> Ready:
    """Read the stored screenshot again."""
    asked = await _asked_of(request, match_id, desk, ())
    return await _change_once(request, match_id, asked, desk, RequestExtraction(), 202)


async def _confirmation(
    request: WebRequest,
    match_id: str,
    desk: Desk,
    needed: Iterable[str] = (),
) -> ConfirmStats:
    """The body; that a match is not there comes before what is wrong or missing in it."""
    try:
        command = await read_json(request, ConfirmStats)
        missing = [name for name in needed if getattr(command, name) is UNSET]
        if missing:
            faults = {name: ["This number is needed."] for name in missing}
            raise Invalid("The score is needed.", faults)
    except Refusal:
        await desk.commands.refuse_absent(match_id_of(match_id), desk.principal.user_id)
        raise
    return command


async def _asked_of(
    request: WebRequest,
    match_id: str,
    desk: Desk,
    content: Iterable[bytes | memoryview] | None = None,
) -> Asked:
    async with _strangers_first(match_id, desk):
        parameters_of(request)
        return asked_by(request, desk.principal, content)


@asynccontextmanager
async def _strangers_first(match_id: str, desk: Desk) -> AsyncIterator[None]:
    """A match that is not there or not theirs is told before any fault of the request."""
    try:
        yield
    except Refusal:
        await desk.commands.refuse_stranger(match_id_of(match_id), desk.principal.user_id)
        raise


async def _change_once(
    request: WebRequest,
    match_id: str,
    asked: Asked,
    desk: Desk,
    command: MatchCommand,
    status: int = 200,
) -> Ready:
    """A change that may be asked for again under its Idempotency-Key."""
    if given := await desk.answers.first(asked.attempt):
        return response_of(given, desk.media)
    answer = await _change(request, match_id, asked, desk, command, status)
    kept = await desk.answers.keep(asked.attempt, asked.principal.user_id, answer, asked.now)
    return response_of(kept, desk.media)


async def _change(
    request: WebRequest,
    match_id: str,
    asked: Asked,
    desk: Desk,
    command: MatchCommand,
    status: int = 200,
) -> Answer:
    done = await desk.commands.change(
        match_id_of(match_id),
        asked.principal.user_id,
        command,
        asked.cause,
        expected_version(request),
        asked.attempt.fingerprint,
    )
    is_shown = await desk.commands.until_shown(done.position, asked.wait.shown)
    return await answer_of(desk.commands, done, status, is_shown=is_shown)


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
