"""The addresses that show matches."""

import time
from typing import Final
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from psycopg_pool import AsyncConnectionPool

from events.answering import AsyncAnsweringConnection
from events.identity import Principal
from events.media import expiry
from events.pages import DEFAULT_LIMIT, GREATEST_LIMIT
from events.parameters import parameters_of, whole_number
from events.refusals import NotFound
from events.statements import Statement
from events.web import NO_SUCH_MATCH, WebRequest, match_id_of
from query_api.asking import Asked
from query_api.etags import etag_from, etag_of, holds_any, is_known, not_modified
from query_api.listing import LISTED_BY, Place, read_page, wanted_of

LIST: Final = "/api/matches/"
_OWN: Final = Statement(
    """
    SELECT view, version, duplicate_of
    FROM read_models.matches
    LEFT JOIN read_models.duplicates USING (match_id, owner_id)
    WHERE match_id = %(match_id)s AND owner_id = %(owner_id)s AND NOT is_deleted
    """
)


@get("/api/matches")
async def list_matches(
    request: WebRequest,
    asked: NamedDependency[Asked],
) -> Response[bytes]:
    """List the own matches: all or some, in one of many orders."""
    given = parameters_of(request, *(parameter.name for parameter in LISTED_BY))
    limit = whole_number(given, "limit", DEFAULT_LIMIT, 1, GREATEST_LIMIT)
    wanted = wanted_of(given)
    after = asked.cursors.cursor_of(LIST, given, Place, asked.principal.user_id)
    now = time.time()
    async with asked.pool.connection() as conn:
        if holds_any(request):  # most of them hold what still is so
            etag = await etag_of(conn, asked.principal.user_id, expiry(now))
            if is_known(request, etag):
                return not_modified(etag)
        page = await read_page(conn, asked.principal.user_id, wanted, after, limit)
        if page.as_of is None:  # no rows that it could come with
            etag = await etag_of(conn, asked.principal.user_id, expiry(now))
            page = await read_page(conn, asked.principal.user_id, wanted, after, limit)
        else:
            etag = etag_from(*page.as_of, expiry(now))
    headers = {"ETag": etag}
    if page.following:
        headers |= asked.cursors.next_page(LIST, given, page.following, asked.principal.user_id)
    views = (asked.media.signed_json(each.view, now, each.duplicate_of) for each in page.matches)
    return _json(f"[{','.join(views)}]", headers)


@get("/api/matches/{match_id:str}")
async def show_match(
    request: WebRequest,
    match_id: FromPath[str],
    asked: NamedDependency[Asked],
) -> Response[bytes]:
    """Give one of the own matches."""
    view, version, duplicate_of = await _own(asked.pool, match_id, asked.principal)
    parameters_of(request)
    etag = f'"{version}"'
    if is_known(request, etag):
        return not_modified(etag)
    return _json(asked.media.signed_json(view, time.time(), duplicate_of), {"ETag": etag})


async def _own(
    pool: AsyncConnectionPool[AsyncAnsweringConnection], match_id: str, principal: Principal
) -> tuple[str, int, UUID | None]:
    """View and version of a match, and which one it repeats; raises `NotFound`."""
    values = {"match_id": match_id_of(match_id), "owner_id": principal.user_id}
    async with pool.connection() as conn:
        rows = await conn.ask(_OWN, values)
    if not rows:
        raise NotFound(NO_SUCH_MATCH)
    view, version, duplicate_of = rows.row(0)
    return view, version, duplicate_of


def _json(text: str, headers: dict[str, str]) -> Response[bytes]:
    return Response(text.encode(), media_type="application/json", headers=headers)


router = Router("/", route_handlers=[list_matches, show_match])
