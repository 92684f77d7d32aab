"""The addresses that sum matches up."""

from typing import Final

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency

from events.pages import DEFAULT_LIMIT, GREATEST_LIMIT
from events.parameters import one_of, parameters_of, whole_number
from events.ready import Ready
from events.web import WebRequest
from query_api.asking import Asked
from query_api.etags import etag_from, etag_of, is_known, not_modified
from query_api.filters import Span, opponent_of, span_of
from query_api.opponents import LISTED_BY, MOST_PLAYED, SORTS, Place, read_page
from query_api.summing import NOTHING_YET, SUMMED_BY, read_records, read_summary
from query_api.trends import (
    DEFAULT_WINDOW,
    GREATEST_WINDOW,
    PLOTTED_BY,
    POSSESSION,
    TREND_STATS,
    Wanted,
    read_trend,
)

OPPONENTS: Final = "/api/stats/opponents/"


@get(["/api/stats/summary", "/api/matches/stats/summary"])
async def summary(
    request: WebRequest,
    asked: NamedDependency[Asked],
) -> Ready:
    """Sum up the own confirmed matches, or those against one opponent or of a span of time."""
    given = parameters_of(request, *(parameter.name for parameter in SUMMED_BY))
    opponent, span = opponent_of(given), span_of(given)
    if opponent is None and span == Span():
        as_of, kept = await asked.lookups.summary(asked.principal.user_id)
        etag = etag_from(as_of)
        if is_known(request, etag):
            return not_modified(etag)
        return Ready(kept.encode() if kept else NOTHING_YET, {"ETag": etag})
    etag = await etag_of(asked.lookups, asked.principal.user_id)
    if is_known(request, etag):
        return not_modified(etag)
    async with asked.pool.connection() as conn:
        shown = await read_summary(conn, asked.principal.user_id, opponent, span)
    return Ready(shown, {"ETag": etag})


@get("/api/stats/opponents")
async def opponents(
    request: WebRequest,
    asked: NamedDependency[Asked],
) -> Ready:
    """List the own opponents, with what the matches against each add up to."""
    given = parameters_of(request, *(parameter.name for parameter in LISTED_BY))
    limit = whole_number(given, "limit", DEFAULT_LIMIT, 1, GREATEST_LIMIT)
    sort = one_of(given, "sort", SORTS) or MOST_PLAYED
    after = asked.cursors.cursor_of(OPPONENTS, given, Place, asked.principal.user_id)
    etag = await etag_of(asked.lookups, asked.principal.user_id)
    if is_known(request, etag):
        return not_modified(etag)
    async with asked.pool.connection() as conn:
        page = await read_page(conn, asked.principal.user_id, sort, after, limit)
    link = asked.cursors.next_page(OPPONENTS, given, page.following, asked.principal.user_id)
    return Ready(f"[{','.join(page.items)}]".encode(), {"ETag": etag, **link})


@get("/api/stats/trends")
async def trends(
    request: WebRequest,
    asked: NamedDependency[Asked],
) -> Ready:
    """Give a statistic of the last matches with its moving average, ready to plot."""
    given = parameters_of(request, *(parameter.name for parameter in PLOTTED_BY))
    wanted = Wanted(
        stat=one_of(given, "stat", TREND_STATS) or POSSESSION,
        window=whole_number(given, "window", DEFAULT_WINDOW, 1, GREATEST_WINDOW),
        limit=whole_number(given, "limit", DEFAULT_LIMIT, 1, GREATEST_LIMIT),
        opponent=opponent_of(given),
    )
    etag = await etag_of(asked.lookups, asked.principal.user_id)
    if is_known(request, etag):
        return not_modified(etag)
    async with asked.pool.connection() as conn:
        trend = await read_trend(conn, asked.principal.user_id, wanted)
    return Ready(msgspec.json.encode(trend), {"ETag": etag})


@get("/api/stats/records")
async def records(
    request: WebRequest,
    asked: NamedDependency[Asked],
) -> Ready:
    """Give the own records, each with the match that holds it."""
    parameters_of(request)
    etag = await etag_of(asked.lookups, asked.principal.user_id)
    if is_known(request, etag):
        return not_modified(etag)
    async with asked.pool.connection() as conn:
        shown = await read_records(conn, asked.principal.user_id)
    return Ready(shown, {"ETag": etag})


router = Router("/", route_handlers=[summary, opponents, trends, records])
