"""Whoever asks the same at the same moment is answered together."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
import pytest

from events.questions import Gathered
from events.statement_pool import StatementPool
from events.statements import Rows, Statement
from tests.pools import statement_pool

# Of every key but the first its own bytes, and the number of the statement that found it.
NUMBERED = Statement(
    """
    WITH asked AS MATERIALIZED (SELECT nextval('statements') AS number)
    SELECT place, uuid_send(key), number
    FROM unnest(%(keys_0)s::uuid[]) WITH ORDINALITY AS keys(key, place), asked
    WHERE key <> '00000000-0000-0000-0000-000000000000'
    ORDER BY place DESC
    """
)
PAIRS = Statement(
    """
    SELECT place, left_one, right_one
    FROM unnest(%(keys_0)s::uuid[], %(keys_1)s::uuid[])
        WITH ORDINALITY AS keys(left_one, right_one, place)
    """
)
ENDS_ITS_CONNECTION = Statement(
    "SELECT place, pg_terminate_backend(pg_backend_pid())"
    " FROM unnest(%(keys_0)s::uuid[]) WITH ORDINALITY AS keys(key, place)"
)
NOBODY, *SOME = (UUID(int=number) for number in range(6))


pytestmark = pytest.mark.anyio


class GatedPool(StatementPool):
    """Asks only while its gate is open."""

    def __init__(self, conninfo: str) -> None:
        super().__init__(conninfo, min_size=1, max_size=2)
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(self, statement: Statement, values: Mapping[str, Any]) -> Rows:
        await self.gate.wait()
        return await super().ask(statement, values)


@pytest.fixture
def numbered(database: str) -> GatedPool:
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("CREATE SEQUENCE statements")
    return GatedPool(database)


async def asked(gathered: Gathered, *keys: UUID) -> list[Any]:
    return [*await asyncio.gather(*(gathered.row(key) for key in keys))]


async def until_on_its_way() -> None:
    """Until those who asked have been heard."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_each_gets_the_row_of_its_own_key(numbered: GatedPool) -> None:
    async with numbered:
        rows = await asked(Gathered(numbered, NUMBERED), SOME[3], NOBODY, SOME[0], SOME[3])
    assert rows == [(SOME[3].bytes, 1), None, (SOME[0].bytes, 1), (SOME[3].bytes, 1)]


async def test_whoever_comes_meanwhile_shares_the_next_question(numbered: GatedPool) -> None:
    async with numbered:
        gathered = Gathered(numbered, NUMBERED)
        numbered.gate.clear()
        first = asyncio.create_task(gathered.row(SOME[0]))
        await until_on_its_way()
        others = asyncio.create_task(asked(gathered, *SOME))
        await until_on_its_way()
        numbered.gate.set()
        assert await first == (SOME[0].bytes, 1)
        # None of them is given what was found before it asked.
        assert await others == [(key.bytes, 2) for key in SOME]
        assert await gathered.row(SOME[1]) == (SOME[1].bytes, 3)


async def test_a_key_may_have_parts(database: str) -> None:
    async with statement_pool(database) as pool:
        gathered = Gathered(pool, PAIRS)
        pairs = list(zip(SOME, reversed(SOME), strict=True))
        rows = await asyncio.gather(*(gathered.row(*pair) for pair in pairs))
    assert rows == pairs


async def test_one_who_goes_away_takes_nobody_along(numbered: GatedPool) -> None:
    async with numbered:
        gathered = Gathered(numbered, NUMBERED)
        numbered.gate.clear()
        impatient, patient = (asyncio.create_task(gathered.row(SOME[0])) for _ in range(2))
        await until_on_its_way()
        impatient.cancel()
        numbered.gate.set()
        assert await patient == (SOME[0].bytes, 1)
    assert impatient.cancelled()


async def test_who_asks_does_not_notice_that_connections_were_lost_meanwhile(
    database: str,
) -> None:
    async with statement_pool(database) as pool:
        await pool.resize(2, 2)
        await pool.wait()
        with psycopg.connect(database) as conn:
            ended = conn.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        assert ended == [(True,)] * 2
        assert await Gathered(pool, PAIRS).row(SOME[0], SOME[1]) == (SOME[0], SOME[1])


async def test_a_lost_connection_is_told_to_all_and_the_next_question_goes_through(
    database: str,
) -> None:
    async with statement_pool(database, most=1) as pool:
        gathered = Gathered(pool, ENDS_ITS_CONNECTION)
        outcomes = await asyncio.gather(
            *(gathered.row(key) for key in SOME), return_exceptions=True
        )
        assert all(isinstance(each, psycopg.OperationalError) for each in outcomes)
        assert await Gathered(pool, PAIRS).row(SOME[0], SOME[1]) == (SOME[0], SOME[1])


async def test_who_waits_for_the_next_question_is_let_go_when_it_is_never_asked(
    numbered: GatedPool,
) -> None:
    async with numbered:
        gathered = Gathered(numbered, NUMBERED)
        numbered.gate.clear()
        waiting = [asyncio.create_task(gathered.row(SOME[0]))]
        await until_on_its_way()
        waiting.append(asyncio.create_task(gathered.row(SOME[1])))
        await until_on_its_way()
        assert gathered._asking
        gathered._asking.cancel()  # as when the event loop is ending
        async with asyncio.timeout(5):
            await asyncio.wait(waiting)
        assert [each.cancelled() for each in waiting] == [True, True]
        numbered.gate.set()
        assert await gathered.row(SOME[2]) is not None
