"""The addresses that show matches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct
from psycopg_pool import AsyncConnectionPool

from events.identity import Principal
from events.pages import DEFAULT_LIMIT, GREATEST_LIMIT, cursor_of, next_page
from events.parameters import parameters_of, whole_number
from events.refusals import NotFound
from events.screenshots import ScreenshotMissing, Screenshots
from events.web import NO_SUCH_MATCH, WebRequest, match_id_of
from query_api.etags import is_known, not_modified


class Cursor(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The place in the list after which the next page begins."""

    created_at: datetime
    match_id: UUID


@get("/api/matches")
async def list_matches(
    request: WebRequest,
    principal: NamedDependency[Principal],
    pool: NamedDependency[AsyncConnectionPool[Any]],
) -> Response[bytes]:
    """List the own matches, newest first."""
    given = parameters_of(request, "limit", "cursor")
    limit = whole_number(given, "limit", DEFAULT_LIMIT, 1, GREATEST_LIMIT)
    after = cursor_of(given, Cursor)
    async with pool.connection() as conn:
        cursor = await conn.execute(
            """
            SELECT view, created_at, match_id
            FROM read_models.matches
            WHERE owner_id = %(owner_id)s
              AND NOT is_deleted
              AND (created_at, match_id) < (%(created_at)s, %(match_id)s)
            ORDER BY created_at DESC, match_id DESC
            LIMIT %(limit)s
            """,
            {
                "owner_id": principal.user_id,
                "created_at": after.created_at if after else "infinity",
                "match_id": after.match_id if after else UUID(int=0),
                "limit": limit + 1,
            },
        )
        rows = await cursor.fetchall()
    headers = {}
    if len(rows) > limit:
        _, created_at, match_id = rows[limit - 1]
        headers = next_page("/api/matches/", limit, Cursor(created_at, match_id))
    return _json("[" + ",".join(view for view, _, _ in rows[:limit]) + "]", headers)


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
