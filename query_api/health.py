"""Is it alive, is it ready: for those who run the system and for load balancers."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

import psycopg
from litestar import Response, Router, get
from litestar.di import NamedDependency
from msgspec import Struct
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from events.parts import PARTS, SILENT_AFTER, Word, words

WELL: Final = "ok"
DATABASE_SECONDS: Final = 2.0


class Readiness(Struct, frozen=True, omit_defaults=True):
    """Each part with ``ok`` or its problem; `detail` is there when one is not well."""

    status: str
    parts: dict[str, str]
    detail: str = ""


@get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that this process answers."""
    return {"status": WELL}


@get("/readyz")
async def readyz(pool: NamedDependency[AsyncConnectionPool[Any]]) -> Response[Readiness]:
    """Say whether every part works, and which does not."""
    try:
        async with asyncio.timeout(DATABASE_SECONDS), pool.connection() as conn:
            said = await words(conn)
    except (psycopg.Error, PoolTimeout, TimeoutError):
        parts = {"database": "The database does not answer."}
    else:
        parts = {"database": WELL, **conditions(said)}
    unwell = {part: condition for part, condition in parts.items() if condition != WELL}
    if not unwell:
        return Response(Readiness("ready", parts))
    detail = " ".join(f"{part}: {problem}" for part, problem in unwell.items())
    headers = {"Retry-After": "1"}
    return Response(Readiness("not ready", parts, detail), status_code=503, headers=headers)


def conditions(said: Iterable[Word]) -> dict[str, str]:
    """How each part is by what it said last; a part that fell silent is not well."""
    heard = {word.part: word for word in said}
    return {part: _condition(heard.get(part)) for part in PARTS}


def _condition(word: Word | None) -> str:
    if word is None:
        return "Nothing was heard of it yet."
    if word.age > SILENT_AFTER:
        return f"Nothing was heard of it for {word.age.total_seconds():.0f} s."
    return word.problem or WELL


router = Router("/", route_handlers=[healthz, readyz])
