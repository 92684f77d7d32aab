"""The gauges of readings: outcomes of matches, counted by field."""

from typing import Any

import psycopg
import pytest
from msgspec.structs import replace
from psycopg_pool import AsyncConnectionPool

from events.matches import StatsConfirmed
from events.stats import Pair
from projections.advance import advance
from projections.catalogue import MATCHES
from projections.connecting import connect
from projections.places import LivePlace
from query_api.reading_quality import reading_quality
from tests.examples import EXAMPLES, READING, UPLOADED
from tests.projections.histories import store


@pytest.mark.anyio
async def test_fields_of_all_outcomes_are_counted_together(
    database: str, pool: AsyncConnectionPool[Any]
) -> None:
    confirmed = EXAMPLES["match.stats_confirmed.v1"]
    assert isinstance(confirmed, StatsConfirmed)
    left = replace(confirmed, score=Pair(4, 2), stats={"possession": Pair(42, 58)})
    changed = replace(confirmed, score=Pair(4, 3), stats={})
    with psycopg.connect(database) as conn:
        for match_id, confirmation in ((UPLOADED.match_id, left), (UPLOADED.owner_id, changed)):
            events = (UPLOADED, EXAMPLES["match.stats_extracted.v1"], confirmation)
            store(conn, [replace(event, match_id=match_id) for event in events])
    with connect(database, "test") as conn:
        advance(conn, MATCHES, LivePlace(MATCHES))
    async with pool.connection() as asking:
        lines = await reading_quality(asking)
    where = f'engine="{READING.engine}",screen="{READING.screen}",size="540p"'
    assert [line for line in lines if not line.startswith("#")] == [
        f'tracker_reading_values_confirmed{{{where},field="score"}} 2',
        f'tracker_reading_values_confirmed{{{where},field="stats.possession"}} 1',
        f'tracker_reading_values_corrected{{{where},field="score"}} 1',
        f'tracker_reading_values_corrected{{{where},field="stats.possession"}} 0',
    ]
