"""The addresses that give pictures: for their owner, and for whoever has a signed address."""

import re
import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from psycopg_pool import AsyncConnectionPool

from events.media import MediaAddresses, Size
from events.operations import Parameter
from events.parameters import parameters_of
from events.refusals import Invalid, NotFound
from events.screenshots import (
    THUMBNAIL_TYPE,
    ScreenshotMissing,
    Screenshots,
    place_of,
    thumbnail_of,
)
from events.web import NO_SUCH_MATCH, WebRequest, id_of, match_id_of
from query_api.asking import Asked
from query_api.filters import UNUSABLE

GONE: Final = "The picture of this match is not there any more."
RAN_OUT: Final = (
    "There is no picture at this address, or not any more: addresses of pictures are good for"
    " minutes. Ask for the match again."
)
# A picture never changes; whether its owner may still see it is asked anew each day.
OWNER_SECONDS: Final = 86_400
NO_THUMBNAIL_SECONDS: Final = 60
SIZE: Final = Parameter(
    name="size",
    place="query",
    says="`thumb` is 320 pixels wide, in WebP; until there is one, the whole picture comes.",
    schema={"type": "string", "enum": [*Size], "default": Size.FULL},
)
SIGNED: Final = (
    SIZE,
    Parameter(
        name="expires",
        place="query",
        says="When the address runs out, in seconds since 1970.",
        schema={"type": "string", "pattern": "^[0-9]{1,12}$", "examples": ["1769025600"]},
    ),
    Parameter(
        name="signature",
        place="query",
        says="What only we can put here.",
        schema={"type": "string", "maxLength": 64, "examples": ["m1Xw0tRkqkCkXo0dSmh0NQ"]},
    ),
)


@get("/api/matches/{match_id:str}/screenshot")
async def show_screenshot(
    request: WebRequest,
    match_id: FromPath[str],
    asked: NamedDependency[Asked],
) -> Response[bytes]:
    """Give the picture of one of the own matches, or say where it is for the next minutes."""
    identity = match_id_of(match_id)
    key, media_type = await picture_of(asked.pool, identity, asked.principal.user_id)
    size = _size_of(parameters_of(request, "size"))
    return await picture_answer(asked.screenshots, key, media_type, size, OWNER_SECONDS)


@get("/media/{match_id:str}")
async def show_signed(
    request: WebRequest,
    match_id: FromPath[str],
    pool: NamedDependency[AsyncConnectionPool[Any]],
    screenshots: NamedDependency[Screenshots],
    media: NamedDependency[MediaAddresses],
) -> Response[bytes]:
    """Give a picture to whoever has an address for it that has not run out."""
    identity = id_of(match_id, RAN_OUT)
    given = parameters_of(request, *(parameter.name for parameter in SIGNED))
    size, now = _size_of(given), time.time()
    expires, signature = given.get("expires", ""), given.get("signature", "")
    if not re.fullmatch("[0-9]{1,12}", expires, re.ASCII):
        raise NotFound(RAN_OUT)
    if not media.is_ours(identity, size, int(expires), signature, now):
        raise NotFound(RAN_OUT)
    key, media_type = await picture_of(pool, identity)
    return await picture_answer(screenshots, key, media_type, size, int(expires) - int(now))


async def picture_of(
    pool: AsyncConnectionPool[Any], match_id: UUID, player_id: UUID | None = None
) -> tuple[str, str]:
    """Key and media type of the picture of a match, for one of its players; raises `NotFound`.

    Without a player it is enough that the match is in anybody's list: all see the same picture.
    Nobody sees one of an account that is erased, though its rows and files go a little later.
    """
    async with pool.connection() as conn:
        cursor = await conn.execute(
            """
            SELECT screenshot, media_type, display_names.player_id IS NOT NULL
            FROM read_models.matches
            LEFT JOIN accounts.display_names
              ON display_names.player_id = substring(screenshot FROM '^([0-9a-f]{32})/')::uuid
            WHERE match_id = %(match_id)s AND NOT is_deleted
              AND owner_id = coalesce(%(player_id)s, owner_id)
            LIMIT 1
            """,
            {"match_id": match_id, "player_id": player_id},
        )
        row: tuple[str, str, bool] | None = await cursor.fetchone()
    if row is None:
        raise NotFound(NO_SUCH_MATCH)
    key, media_type, is_owner_here = row
    if place_of(key) and not is_owner_here:
        raise NotFound(GONE)
    return key, media_type


async def picture_answer(
    screenshots: Screenshots, key: str, media_type: str, size: Size, seconds: int
) -> Response[bytes]:
    """The picture, to be kept for so many seconds; or where it is."""
    if not key:  # the owner took it along, and the friend sent none
        raise NotFound(GONE)
    if size is Size.THUMB:
        try:
            thumbnail = await screenshots.get(thumbnail_of(key))
            return _answer(thumbnail, THUMBNAIL_TYPE, seconds)
        except ScreenshotMissing:
            # It was not made yet, or could not be: soon there may be one.
            seconds = min(seconds, NO_THUMBNAIL_SECONDS)
    if link := await screenshots.link(key):
        return Response(b"", status_code=307, headers={"Location": link})
    try:
        return _answer(await screenshots.get(key), media_type, seconds)
    except ScreenshotMissing:
        raise NotFound(GONE) from None


def _answer(picture: bytes, media_type: str, seconds: int) -> Response[bytes]:
    headers = {
        "Cache-Control": f"private, max-age={seconds}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(picture, media_type=media_type, headers=headers)


def _size_of(given: Mapping[str, str]) -> Size:
    text = given.get("size", Size.FULL)
    if text in tuple(Size):
        return Size(text)
    raise Invalid(UNUSABLE, {"size": [f"This must be one of {', '.join(Size)}."]})


router = Router("/", route_handlers=[show_screenshot, show_signed])
