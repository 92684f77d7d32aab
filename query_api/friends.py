"""The addresses of friends: those with whom a match was verified, and a table among them."""

from typing import Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from msgspec.structs import replace

from events.operations import Parameter
from events.pages import GREATEST_LIMIT, PARAMETERS
from events.parameters import parameters_of, whole_number
from events.web import WebRequest
from query_api.asking import Asked
from query_api.filters import SPAN, span_of
from query_api.friends_list import FriendPlace, FriendView, friends_of
from query_api.leaderboard import Standing, TablePlace, leaderboard_of

FRIENDS: Final = "/api/friends/"
LEADERBOARD: Final = "/api/friends/leaderboard/"
# Whoever knows nothing of pages gets all, but for circles that no screen shows whole.
_LIMIT, _CURSOR = PARAMETERS
PAGED_BY: Final[tuple[Parameter, ...]] = (
    replace(_LIMIT, schema={**_LIMIT.schema, "default": GREATEST_LIMIT}),
    _CURSOR,
)
TABLED_BY: Final = (*SPAN, *PAGED_BY)


@get("/api/friends")
async def list_friends(
    request: WebRequest, asked: NamedDependency[Asked]
) -> Response[list[FriendView]]:
    """Those with whom a match was verified, the one met last first."""
    given = parameters_of(request, *(parameter.name for parameter in PAGED_BY))
    limit = whole_number(given, "limit", GREATEST_LIMIT, 1, GREATEST_LIMIT)
    player_id = asked.principal.user_id
    after = asked.cursors.cursor_of(FRIENDS, given, FriendPlace, player_id)
    async with asked.pool.connection() as conn:
        page = await friends_of(conn, player_id, after, limit)
    link = asked.cursors.next_page(FRIENDS, given, page.following, player_id)
    return Response([*page.items], headers=link)


@get("/api/friends/leaderboard")
async def show_leaderboard(
    request: WebRequest, asked: NamedDependency[Asked]
) -> Response[list[Standing]]:
    """The table among the player and their friends, over verified matches between any of them."""
    given = parameters_of(request, *(parameter.name for parameter in TABLED_BY))
    span = span_of(given)
    limit = whole_number(given, "limit", GREATEST_LIMIT, 1, GREATEST_LIMIT)
    player_id = asked.principal.user_id
    after = asked.cursors.cursor_of(LEADERBOARD, given, TablePlace, player_id)
    async with asked.pool.connection() as conn:
        page = await leaderboard_of(conn, player_id, span, after, limit)
    link = asked.cursors.next_page(LEADERBOARD, given, page.following, player_id)
    return Response([*page.items], headers=link)


router = Router("/", route_handlers=[list_friends, show_leaderboard])
