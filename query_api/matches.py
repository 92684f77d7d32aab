"""The addresses that show matches."""

from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from psycopg_pool import AsyncConnectionPool

from events.identity import Principal
from events.pages import DEFAULT_LIMIT, GREATEST_LIMIT, Cursors
from events.parameters import parameters_of, whole_number
from events.refusals import NotFound
from events.screenshots import ScreenshotMissing, Screenshots
from events.web import NO_SUCH_MATCH, WebRequest, match_id_of
from query_api.etags import etag_of, is_known, not_modified
from query_api.listing import LISTED_BY, Place, read_page, wanted_of

LIST: Final = "/api/matches/"


@get("/api/matches")
async def list_matches(
    request: WebRequest,
    principal: NamedDependency[Principal],
    pool: NamedDependency[AsyncConnectionPool[Any]],
    cursors: NamedDependency[Cursors],
) -> Response[bytes]:
    """List the own matches: all or some, in one of many orders."""
    given = parameters_of(request, *(parameter.name for parameter in LISTED_BY))
    limit = whole_number(given, "limit", DEFAULT_LIMIT, 1, GREATEST_LIMIT)
    wanted = wanted_of(given)
    after = cursors.cursor_of(LIST, given, Place, principal.user_id)
    async with pool.connection() as conn:
        etag = await etag_of(conn, principal.user_id)
        if is_known(request, etag):
            return not_modified(etag)
        page = await read_page(conn, principal.user_id, wanted, after, limit)
    headers = {"ETag": etag}
    if page.following:
        headers |= cursors.next_page(LIST, given, page.following, principal.user_id)
    return _json("[" + ",".join(listed.view for listed in page.matches) + "]", headers)


@get("/api/matches/{match_id:str}")
async def show_match(
    request: WebRequest,
    match_id: FromPath[str],
    principal: NamedDependency[Principal],
    pool: NamedDependency[AsyncConnectionPool[Any]],
) -> Response[bytes]:
    """Give one of the own matches."""
    view, version, _, _ = await _own(pool, match_id, principal)
    parameters_of(request)
    etag = f'"{version}"'
    if is_known(request, etag):
        return not_modified(etag)
    return _json(view, {"ETag": etag})


@get("/api/matches/{match_id:str}/screenshot")
async def show_screenshot(
    request: WebRequest,
    match_id: FromPath[str],
    principal: NamedDependency[Principal],
    pool: NamedDependency[AsyncConnectionPool[Any]],
    screenshots: NamedDependency[Screenshots],
) -> Response[bytes]:
    """Give the picture of one of the own matches, or say where it is for the next minutes."""
    _, _, key, media_type = await _own(pool, match_id, principal)
    parameters_of(request)
    if link := await screenshots.link(key):
        return Response(b"", status_code=307, headers={"Location": link})
    try:
        picture = await screenshots.get(key)
    except ScreenshotMissing:
        raise NotFound("The picture of this match is not there any more.") from None
    return Response(
        picture,
        media_type=media_type,
        headers={
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


async def _own(
    pool: AsyncConnectionPool[Any], match_id: str, principal: Principal
) -> tuple[str, int, str, str]:
    """View, version, screenshot and media type of a match; raises `NotFound`."""
    async with pool.connection() as conn:
        cursor = await conn.execute(
            """
            SELECT view, version, screenshot, media_type
            FROM read_models.matches
            WHERE match_id = %(match_id)s AND owner_id = %(owner_id)s AND NOT is_deleted
            """,
            {"match_id": match_id_of(match_id), "owner_id": principal.user_id},
        )
        row: tuple[str, int, str, str] | None = await cursor.fetchone()
    if row is None:
        raise NotFound(NO_SUCH_MATCH)
    return row


def _json(text: str, headers: dict[str, str]) -> Response[bytes]:
    return Response(text.encode(), media_type="application/json", headers=headers)


router = Router("/", route_handlers=[list_matches, show_match, show_screenshot])
