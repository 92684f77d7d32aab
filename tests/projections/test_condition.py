"""How the read models are, as `/readyz` and `/metrics` tell it."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar
from litestar.di import Provide
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from events.parts import PARTS, say
from events.stats import Pair
from query_api.health import router
from query_api.primary import Primary
from tests.projections.histories import store, told
from tests.projections.test_swap import follow

pytestmark = pytest.mark.anyio
HISTORY = told([(number % 6, "confirm", Pair(1, 0), {}, 0) for number in range(18)])


@pytest.fixture
async def client(database: str, pool: AsyncConnectionPool[Any]) -> AsyncIterator[AsyncClient]:
    """The health addresses, of a system whose parts have all said that they are well."""
    await pool.open()
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        await say(conn, dict.fromkeys(PARTS))
    primary = Primary(pool)
    app = Litestar(
        [router],
        dependencies={
            "pool": Provide(lambda: pool, sync_to_thread=False),
            "primary": Provide(lambda: primary, sync_to_thread=False),
        },
    )
    transport = ASGITransport(app, client=("127.0.0.1", 1))  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://here") as client:
        yield client


@pytest.fixture
def conn(database: str) -> Any:
    with psycopg.connect(database, autocommit=True) as conn:
        yield conn


async def test_a_system_without_parked_matches_is_ready(
    client: AsyncClient, conn: psycopg.Connection[Any], database: str
) -> None:
    store(conn, HISTORY)
    follow(database)
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


async def test_a_parked_match_degrades_the_system_and_does_not_stop_it(
    client: AsyncClient, conn: psycopg.Connection[Any], database: str
) -> None:
    store(conn, HISTORY)
    conn.execute("UPDATE log.events SET topic = 'match.imagined.v1' WHERE notification_id = 8")
    follow(database)
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert "1 match waits" in answer.json()["detail"]
    metrics = (await client.get("/metrics")).text
    assert 'tracker_projection_parked_matches{projection="matches"} 1\n' in metrics
    assert 'tracker_projection_dead_letters{projection="matches"} 2\n' in metrics


async def test_rows_of_a_version_that_is_not_known_make_the_system_unready(
    client: AsyncClient, conn: psycopg.Connection[Any]
) -> None:
    conn.execute("UPDATE read_models.build SET version = 99")
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "Start the newer program" in answer.json()["parts"]["read models"]


async def test_metrics_tell_how_far_behind_the_read_models_are(
    client: AsyncClient, conn: psycopg.Connection[Any]
) -> None:
    store(conn, HISTORY)
    lines = (await client.get("/metrics")).text.splitlines()
    assert 'tracker_projection_lag_events{projection="matches"} 18' in lines
    seconds = next(line for line in lines if line.startswith("tracker_projection_lag_seconds{"))
    assert float(seconds.rpartition(" ")[2]) > 0


async def test_read_models_that_were_never_made_are_named(
    client: AsyncClient, conn: psycopg.Connection[Any]
) -> None:
    conn.execute("DROP SCHEMA read_models CASCADE")
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "deploy migrate" in answer.json()["detail"]
