"""What both APIs do alike: who is asking, and how a refusal looks."""

import errno
import logging
import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import psycopg
from eventsourcing.persistence import PersistenceError
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from psycopg_pool import PoolTimeout

from events import refusals
from events.identity import Access, Principal, Verifier
from events.refusals import NotFound, Refusal, Unauthenticated
from events.revocations import Revocations

WebRequest = Request[Any, Any, State]

STATUS: Final[Mapping[type[Refusal], int]] = {
    refusals.Invalid: 400,
    refusals.Unauthenticated: 401,
    refusals.Forbidden: 403,
    refusals.NotFound: 404,
    refusals.NotAcceptable: 406,
    refusals.RequestTimeout: 408,
    refusals.Conflict: 409,
    refusals.VersionMismatch: 412,
    refusals.TooLarge: 413,
    refusals.UnsupportedMedia: 415,
    refusals.Unprocessable: 422,
    refusals.TooManyRequests: 429,
    refusals.Unavailable: 503,
}
ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SIGN_IN: Final = "Sign in first: this needs an access token."
NO_SUCH_MATCH: Final = "There is no such match."
NO_SUCH_PAGE: Final = "There is nothing at this address."
NOT_ALLOWED: Final = "This address does not take that kind of request."
BROKEN: Final = "Something went wrong on our side; it has been noted."
NO_ROOM: Final = "There is no room left to keep this; try again later."
ROOM_AFTER_SECONDS: Final = 60
# The disk is full, or what we may use of it.
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
DATABASE_AWAY: Final = "The records cannot be reached; try again in a moment."

log = logging.getLogger(__name__)


class Doorkeeper:
    """Turns the bearer token of a request into the signed-in principal."""

    def __init__(self, verifier: Verifier, revocations: Revocations) -> None:
        self._verifier = verifier
        self._revocations = revocations

    async def __call__(self, request: WebRequest) -> Principal:
        """The principal; raises `Unauthenticated` with a sentence."""
        principal = self._verifier.principal(_token(request))
        await self._revocations.refuse_ended(principal)
        return principal

    async def access(self, request: WebRequest) -> Access:
        """The principal and the end of the token; raises `Unauthenticated` with a sentence."""
        access = self._verifier.access(_token(request))
        await self._revocations.refuse_ended(access.principal)
        return access


def _token(request: WebRequest) -> str:
    scheme, _, token = (header(request, b"authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(SIGN_IN)
    return token.strip()


def header(request: WebRequest, name: bytes) -> str | None:
    """The first header of this name, which is in lower case; None where there is none.

    `request.headers` makes a dictionary of all headers, which costs more than what is asked for.
    """
    for known, value in request.scope["headers"]:
        if known == name:
            return value.decode("latin-1")
    return None


def match_id_of(text: str) -> UUID:
    """The id of a match in a path."""
    return id_of(text, NO_SUCH_MATCH)


def id_of(text: str, missing: str) -> UUID:
    """An id in a path, in its one spelling; raises `NotFound` with the sentence `missing`.

    What is no id names nothing, so that 401 comes before 404.
    """
    if not ID.fullmatch(text):
        raise NotFound(missing)
    return UUID(text)


def problem(
    status: int, detail: str, fields: Mapping[str, list[str]] | None = None
) -> Response[dict[str, Any]]:
    """An answer with the shape that every error has."""
    content = {"detail": detail, **({"fields": fields} if fields else {})}
    return Response(content, status_code=status, media_type="application/json")


def _refused(_: WebRequest, refusal: Refusal) -> Response[dict[str, Any]]:
    response = problem(STATUS[type(refusal)], str(refusal), refusal.fields)
    if isinstance(refusal, refusals.TooManyRequests | refusals.Unavailable):
        response.headers["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _http(request: WebRequest, error: HTTPException) -> Response[dict[str, Any]]:
    if error.status_code >= 500:
        return _broken(request, error)
    sentences = {404: NO_SUCH_PAGE, 405: NOT_ALLOWED}
    response = problem(error.status_code, sentences.get(error.status_code, error.detail))
    response.headers.update(error.headers or {})
    return response


def _database_away(request: WebRequest, error: Exception) -> Response[dict[str, Any]]:
    log.warning("database away during %s %r: %s", request.method, request.url.path, error)
    return _refused(request, refusals.Unavailable(DATABASE_AWAY))


def _no_room(request: WebRequest, error: OSError) -> Response[dict[str, Any]]:
    if error.errno not in FULL:
        return _broken(request, error)
    log.error("no room during %s %s: %s", request.method, request.url.path, error)
    return _refused(request, refusals.Unavailable(NO_ROOM, ROOM_AFTER_SECONDS))


def _broken(request: WebRequest, error: Exception) -> Response[dict[str, Any]]:
    log.error("failed: %s %r", request.method, request.url.path, exc_info=error)
    return problem(500, BROKEN)


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    Refusal: _refused,
    HTTPException: _http,
    psycopg.OperationalError: _database_away,
    psycopg.InterfaceError: _database_away,
    PersistenceError: _database_away,
    PoolTimeout: _database_away,
    OSError: _no_room,
    Exception: _broken,
}
