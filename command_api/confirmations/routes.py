"""The addresses of confirming a match by its other player."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, TypeVar

import msgspec
from litestar import Response, Router, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from command_api.bodies import Form, read_form, read_json
from command_api.confirmations.answering import Answering, match_of_code
from command_api.confirmations.commands import Confirm, Dispute
from command_api.desk import Desk
from command_api.matches.executing import Done
from command_api.matches.requests import (
    Asked,
    answer_of,
    asked_by,
    expected_version,
    response_of,
)
from command_api.matches.upload_form import FILE
from command_api.pictures import MAX_BYTES
from events.parameters import parameters_of
from events.progress import NOT_REACHED
from events.ready import Ready
from events.refusals import Invalid, Refusal
from events.web import WebRequest, match_id_of

T = TypeVar("T", bound=Struct)

OF_MATCH: Final = "/api/matches/{match_id:str}/confirmation"
WITH_CODE: Final = "/api/confirmations/{code:str}"


class AskedForConfirmation(Struct, frozen=True):
    """The secret to send to the opponent: a code, and a link with it for the frontend."""

    code: str
    link: str
    expires_at: datetime


@post(OF_MATCH, status_code=201)
async def request_confirmation(
    request: WebRequest,
    match_id: FromPath[str],
    desk: NamedDependency[Desk],
) -> Response[AskedForConfirmation]:
    """Ask the opponent to confirm a match; an open request is replaced."""
    async with _strangers_first(desk, match_id):
        parameters_of(request)
        asked = asked_by(request, desk.principal, ())
        version = expected_version(request)
    given = await desk.confirmations.ask(
        match_id_of(match_id),
        desk.principal.user_id,
        asked.cause,
        version,
        asked.attempt.fingerprint,
    )
    link = f"{desk.app_address}/confirm/{given.code}"
    # Not kept for repeats like other answers: the code is made anew instead.
    return Response(
        AskedForConfirmation(given.code, link, given.expires_at),
        status_code=201,
        headers=await _headers(desk, given.done, asked),
    )


@delete(OF_MATCH, status_code=204)
async def withdraw_confirmation(
    request: WebRequest,
    match_id: FromPath[str],
    desk: NamedDependency[Desk],
) -> Response[None]:
    """Take the request back, or let go of the answer that disputes the match."""
    async with _strangers_first(desk, match_id):
        parameters_of(request)
        asked = asked_by(request, desk.principal)
    done = await desk.confirmations.withdraw(
        match_id_of(match_id), desk.principal.user_id, asked.cause, expected_version(request)
    )
    return Response(None, status_code=204, headers=await _headers(desk, done, asked))


@post([f"{OF_MATCH}/confirm", f"{WITH_CODE}/confirm"], status_code=200)
async def confirm(request: WebRequest, desk: NamedDependency[Desk]) -> Ready:
    """Say that the numbers are right: from then on the match is in both lists."""
    async with _closed_first(desk, request):
        command = await _body(request, Confirm)
        asked = asked_by(request, desk.principal, [msgspec.json.encode(command)])
    return await _once(
        desk, request, asked, lambda answering: desk.confirmations.confirm(answering, command)
    )


@post([f"{OF_MATCH}/dispute", f"{WITH_CODE}/dispute"], status_code=200)
async def dispute(request: WebRequest, desk: NamedDependency[Desk]) -> Ready:
    """Say that the numbers are wrong, and why."""
    async with _closed_first(desk, request):
        command = await read_json(request, Dispute)
        asked = asked_by(request, desk.principal, [msgspec.json.encode(command)])
    return await _once(
        desk, request, asked, lambda answering: desk.confirmations.dispute(answering, command)
    )


@post([f"{OF_MATCH}/screenshot", f"{WITH_CODE}/screenshot"], status_code=200)
async def attach_screenshot(request: WebRequest, desk: NamedDependency[Desk]) -> Ready:
    """Have an own screenshot read and compared with the numbers."""
    async with _closed_first(desk, request):
        form = await read_form(request, frozenset({FILE}), MAX_BYTES)
        _refuse_texts(form)
        asked = asked_by(request, desk.principal, form.content())
    file, seconds = form.files[FILE], asked.wait.reading
    return await _once(
        desk, request, asked, lambda answering: desk.confirmations.attach(answering, file, seconds)
    )


async def _once(
    desk: Desk, request: WebRequest, asked: Asked, act: Callable[[Answering], Awaitable[Done]]
) -> Ready:
    """The match after `act`; a repeat is answered as the first time, and does nothing."""
    if given := await desk.answers.first(asked.attempt):
        return response_of(given, desk.media)
    done = await act(_answering(request, asked))
    is_shown = await desk.commands.until_shown(done.position, asked.wait.shown)
    answer = await answer_of(desk.commands, done, 200, is_shown=is_shown)
    kept = await desk.answers.keep(asked.attempt, asked.principal.user_id, answer, asked.now)
    return response_of(kept, desk.media)


async def _body(request: WebRequest, wanted: type[T]) -> T:
    """The JSON body; none at all says nothing."""
    if "content-type" not in request.headers and request.headers.get("content-length", "0") == "0":
        parameters_of(request)
        return wanted()
    return await read_json(request, wanted)


def _refuse_texts(form: Form) -> None:
    faults = {name: ["There is no such field."] for name in form.texts}
    if FILE not in form.files:
        faults[FILE] = ["A picture is needed."]
    if faults:
        raise Invalid("Some fields cannot be used.", faults)


def _answering(request: WebRequest, asked: Asked) -> Answering:
    """Who answers for what, by the parameters in the path; raises `NotFound`."""
    code = request.path_params.get("code")
    match_id = match_of_code(code) if code else match_id_of(request.path_params["match_id"])
    return Answering(
        match_id,
        asked.principal.user_id,
        code,
        asked.cause,
        expected_version(request),
        asked.attempt.fingerprint,
    )


@asynccontextmanager
async def _strangers_first(desk: Desk, match_id: str) -> AsyncIterator[None]:
    """A match that is not there or not theirs is told before any fault of the request."""
    try:
        yield
    except Refusal:
        await desk.commands.refuse_absent(match_id_of(match_id), desk.principal.user_id)
        raise


@asynccontextmanager
async def _closed_first(desk: Desk, request: WebRequest) -> AsyncIterator[None]:
    """That there is nothing to answer is told before any fault of the request."""
    try:
        yield
    except Refusal:
        await desk.confirmations.refuse_closed(
            _answering(request, asked_by(request, desk.principal))
        )
        raise


async def _headers(desk: Desk, done: Done, asked: Asked) -> dict[str, str]:
    headers = {"ETag": f'"{done.match.version}"', "Event-Position": str(done.position)}
    if not await desk.commands.until_shown(done.position, asked.wait.shown):
        headers[NOT_REACHED] = "false"
    return headers


router = Router(
    "/",
    route_handlers=[
        request_confirmation,
        withdraw_confirmation,
        confirm,
        dispute,
        attach_screenshot,
    ],
)
