"""The addresses that show matches."""

import time
from typing import Final

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from events.media import expiry
from events.pages import DEFAULT_LIMIT, GREATEST_LIMIT
from events.parameters import parameters_of, whole_number
from events.ready import Ready
from events.refusals import NotFound
from events.web import NO_SUCH_MATCH, WebRequest, match_id_of
from query_api.asking import Asked
from query_api.etags import etag_from, etag_of, holds_any, is_known, not_modified
from query_api.listing import LISTED_BY, Place, read_page, wanted_of

LIST: Final = "/api/matches/"


@get("/api/matches")
async def list_matches(
    request: WebRequest,
    asked: NamedDependency[Asked],
) -> Ready:
    """List the own matches: all or some, in one of many orders."""
    given = parameters_of(request, *(parameter.name for parameter in LISTED_BY))
    limit = whole_number(given, "limit", DEFAULT_LIMIT, 1, GREATEST_LIMIT)
    wanted = wanted_of(given)
    player_id = asked.principal.user_id
    after = asked.cursors.cursor_of(LIST, given, Place, player_id)
    now = time.time()
    if holds_any(request):  # most of them hold what still is so
        etag = await etag_of(asked.lookups, player_id, expiry(now))
        if is_known(request, etag):
            return not_modified(etag)
    page = await read_page(asked.pool, player_id, wanted, after, limit)
    if page.as_of is None:
        etag = await etag_of(asked.lookups, player_id, expiry(now))
        page = await read_page(asked.pool, player_id, wanted, after, limit)
    else:
        etag = etag_from(page.as_of, expiry(now))
    link = asked.cursors.next_page(LIST, given, page.following, player_id)
    views = (asked.media.signed_json(each.view, now, each.duplicate_of) for each in page.matches)
    return Ready(f"[{','.join(views)}]".encode(), {"ETag": etag, **link})


@get("/api/matches/{match_id:str}")
async def show_match(
    request: WebRequest,
    match_id: FromPath[str],
    asked: NamedDependency[Asked],
) -> Ready:
    """Give one of the own matches."""
    key = match_id_of(match_id), asked.principal.user_id
    if holds_any(request):
        version = await asked.lookups.match_version(*key)
        if version is not None and is_known(request, etag := f'"{version}"'):
            parameters_of(request)
            return not_modified(etag)
    match = await asked.lookups.match(*key)
    if match is None:
        raise NotFound(NO_SUCH_MATCH)
    version, view, duplicate_of = match
    parameters_of(request)
    shown = asked.media.signed_json(view, time.time(), duplicate_of)
    return Ready(shown.encode(), {"ETag": f'"{version}"'})


router = Router("/", route_handlers=[list_matches, show_match])
