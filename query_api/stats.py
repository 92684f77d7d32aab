"""The addresses that sum matches up."""

from typing import Any, Final

import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency
from psycopg_pool import AsyncConnectionPool

from events.identity import Principal
from events.parameters import parameters_of
from events.web import WebRequest
from projections.summary import NO_MATCHES

NOTHING_YET: Final = msgspec.json.encode(NO_MATCHES)


@get(["/api/stats/summary", "/api/matches/stats/summary"])
async def summary(
    request: WebRequest,
    principal: NamedDependency[Principal],
    pool: NamedDependency[AsyncConnectionPool[Any]],
) -> Response[bytes]:
    """Sum up the own confirmed matches."""
    parameters_of(request)
    async with pool.connection() as conn:
        cursor = await conn.execute(
            "SELECT view FROM read_models.summaries WHERE owner_id = %(owner_id)s",
            {"owner_id": principal.user_id},
        )
        row = await cursor.fetchone()
    return Response(row[0].encode() if row else NOTHING_YET, media_type="application/json")


router = Router("/", route_handlers=[summary])
