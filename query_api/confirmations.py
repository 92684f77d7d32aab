"""The address that shows a match to whoever was given a code for it."""

import time
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from psycopg_pool import AsyncConnectionPool

from events.codes import hash_of, match_of
from events.match import Match
from events.match_view import MatchView, view
from events.open_requests import NO_REQUEST, open_request
from events.parameters import parameters_of
from events.refusals import Conflict, NotFound
from events.seats import seen_with_code
from events.web import WebRequest
from query_api.asking import Asked

_DECODER: Final = msgspec.json.Decoder(Match)


@get("/api/confirmations/{code:str}")
async def show_to_opponent(
    request: WebRequest,
    code: FromPath[str],
    asked: NamedDependency[Asked],
) -> Response[MatchView]:
    """Give the match as the opponent of whoever asks sees it."""
    match_id = match_of(code)
    match = await _folded(asked.pool, match_id) if match_id else None
    half = shown_to(match, code, asked.principal.user_id, datetime.now(UTC))
    parameters_of(request)
    return Response(asked.media.signed(view(half), time.time()))


def shown_to(match: Match | None, code: str, player_id: UUID, now: datetime) -> Match:
    """The half that `player_id` sees with the code; raises `NotFound` with the reason.

    Who asked may look what the code shows, and who has answered, what came of it.
    """
    asked = match.sharing.request if match and match.sharing else None
    if match is None or asked is None or asked.code_hash != hash_of(code):
        raise NotFound(NO_REQUEST)
    half = seen_with_code(match, player_id)
    friend = match.sharing.friend if match.sharing else None
    is_party = player_id == asked.player_id or (friend and friend.player_id == player_id)
    is_deleted = half.is_deleted if match.sharer else match.is_deleted
    if is_party and not is_deleted:
        return half
    try:
        open_request(match, player_id, asked.code_hash, now)
    except Conflict as closed:
        raise NotFound(str(closed)) from closed
    return half


async def _folded(pool: AsyncConnectionPool[Any], match_id: UUID) -> Match | None:
    async with pool.connection() as conn:
        cursor = await conn.execute(
            "SELECT state FROM read_models.states WHERE match_id = %(match_id)s",
            {"match_id": match_id},
        )
        row = await cursor.fetchone()
    return _DECODER.decode(row[0]) if row else None


router = Router("/", route_handlers=[show_to_opponent])
