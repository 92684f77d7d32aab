"""Is it alive, is it ready: for those who run the system and for load balancers."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final

import psycopg
from litestar import Response, Router, get
from litestar.di import NamedDependency
from msgspec import Struct
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from events.parts import PARTS, SILENT_AFTER, Word, words
from events.refusals import NotFound, Unavailable
from events.web import NO_SUCH_PAGE, WebRequest
from projections.condition import Condition, conditions
from query_api.primary import Primary
from query_api.reading_quality import reading_quality

WELL: Final = "ok"
NOT_MADE: Final = "They are not there yet; `python -m deploy migrate` makes them."
DATABASE_SECONDS: Final = 2.0
REPLICA_LATE_AFTER: Final = timedelta(seconds=5)
LOOPBACK: Final = ("127.0.0.1", "::1")
PROMETHEUS: Final = "text/plain; version=0.0.4"  # the charset is added


class Gauge(Struct, frozen=True):
    """A number that monitoring asks for, one for each projection."""

    name: str
    says: str
    value: Callable[[Condition], float]


GAUGES: Final = (
    Gauge(
        "tracker_projection_position",
        "Position in the event log up to which the read model goes.",
        lambda each: each.position,
    ),
    Gauge(
        "tracker_projection_lag_events",
        "Events in the log that the read model lacks.",
        lambda each: each.behind,
    ),
    Gauge(
        "tracker_projection_lag_seconds",
        "How long the first event that the read model lacks has been in the log.",
        lambda each: each.age.total_seconds(),
    ),
    Gauge(
        "tracker_projection_parked_matches",
        "Matches with an event that could not be projected.",
        lambda each: each.parked,
    ),
    Gauge(
        "tracker_projection_dead_letters",
        "Events that could not be projected, and those that wait behind them.",
        lambda each: each.dead_letters,
    ),
)


class Readiness(Struct, frozen=True, omit_defaults=True):
    """Each part with ``ok`` or its problem; `detail` is there when one is not well.

    `status` is ``ready``, ``not ready``, or ``degraded``: everything works, but single matches
    cannot be shown as they are. Then the status of the answer is 200: nobody is served better by
    taking the whole system away.
    """

    status: str
    parts: dict[str, str]
    detail: str = ""


@get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that this process answers."""
    return {"status": WELL}


@get("/readyz")
async def readyz(
    pool: NamedDependency[AsyncConnectionPool[Any]], primary: NamedDependency[Primary]
) -> Response[Readiness]:
    """Say whether every part works, and which does not."""
    flaws: dict[str, str] = {}
    try:
        async with asyncio.timeout(DATABASE_SECONDS), primary.pool.connection() as conn:
            said = await words(conn)
            read_models = await conditions(conn)
    except psycopg.errors.UndefinedTable:
        parts = {"read models": NOT_MADE}
    except (psycopg.Error, PoolTimeout, TimeoutError):
        parts = {"database": "The database does not answer."}
    else:
        unfit = " ".join(each.misfit for each in read_models if each.misfit)
        parts = {"database": WELL, **how_parts_are(said), "read models": unfit or WELL}
        flaws = {each.name: each.complaint for each in read_models if each.complaint}
        if pool is not primary.pool:
            parts["replica"] = await _condition_of_replica(pool, said) or WELL
    unwell = {part: condition for part, condition in parts.items() if condition != WELL}
    detail = " ".join(f"{part}: {problem}" for part, problem in {**unwell, **flaws}.items())
    if not unwell:
        return Response(Readiness("degraded" if flaws else "ready", parts, detail))
    headers = {"Retry-After": "1"}
    return Response(Readiness("not ready", parts, detail), status_code=503, headers=headers)


@get("/metrics")
async def metrics(
    request: WebRequest, pool: NamedDependency[AsyncConnectionPool[Any]]
) -> Response[bytes]:
    """Tell monitoring how far the read models are, and how good the readings, for Prometheus.

    Only on this machine, and not through a proxy: to others there is nothing here.
    """
    if not _is_local(request):
        raise NotFound(NO_SUCH_PAGE)
    try:
        async with asyncio.timeout(DATABASE_SECONDS), pool.connection() as conn:
            read_models = await conditions(conn)
            quality = await reading_quality(conn)
    except TimeoutError:
        raise Unavailable("The database does not answer.") from None
    lines = [line for gauge in GAUGES for line in _lines(gauge, read_models)]
    lines += quality
    text = "".join(f"{line}\n" for line in lines)
    return Response(text.encode(), media_type=PROMETHEUS)


def _is_local(request: WebRequest) -> bool:
    peer = request.client.host if request.client else ""
    return peer in LOOPBACK and "x-forwarded-for" not in request.headers


async def _condition_of_replica(pool: AsyncConnectionPool[Any], said: Iterable[Word]) -> str | None:
    """What is wrong with the replica: the parts speak every second, and it should have heard."""
    try:
        async with asyncio.timeout(DATABASE_SECONDS), pool.connection() as conn:
            heard = await words(conn)
    except (psycopg.Error, PoolTimeout, TimeoutError):
        return "The read replica does not answer."
    return behind(said, heard)


def behind(said: Iterable[Word], heard: Iterable[Word]) -> str | None:
    """A sentence if what a replica heard last is too much older than what was said last."""
    ages = [min((word.age for word in words), default=timedelta()) for words in (said, heard)]
    late = ages[1] - ages[0]
    if late <= REPLICA_LATE_AFTER:
        return None
    return f"The read replica is {late.total_seconds():.0f} s behind."


def how_parts_are(said: Iterable[Word]) -> dict[str, str]:
    """How each part is by what it said last; a part that fell silent is not well."""
    heard = {word.part: word for word in said}
    return {part: _condition(heard.get(part)) for part in PARTS}


def _condition(word: Word | None) -> str:
    if word is None:
        return "Nothing was heard of it yet."
    if word.age > SILENT_AFTER:
        return f"Nothing was heard of it for {word.age.total_seconds():.0f} s."
    return word.problem or WELL


def _lines(gauge: Gauge, read_models: Iterable[Condition]) -> Iterable[str]:
    yield f"# HELP {gauge.name} {gauge.says}"
    yield f"# TYPE {gauge.name} gauge"
    for each in read_models:
        yield f'{gauge.name}{{projection="{each.name}"}} {gauge.value(each)}'


router = Router("/", route_handlers=[healthz, readyz, metrics])
