"""What is kept for a time only is forgotten then, and not before."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg_pool import AsyncConnectionPool

from command_api.idempotency import KEPT, Answer, Answers, Attempt
from deploy.housekeeping import sweep
from events.statement_pool import StatementPool
from tests.examples import NOON, OWNER_ID

pytestmark = pytest.mark.anyio

ATTEMPT = Attempt(UUID(int=1), b"fingerprint")
ANSWER = Answer(201, {"ETag": '"1"'}, b"{}")


async def test_an_answer_is_forgotten_after_a_week(
    pool: AsyncConnectionPool[Any], statements: StatementPool
) -> None:
    answers = Answers(statements)
    await answers.keep(ATTEMPT, OWNER_ID, ANSWER, NOON)
    assert await sweep(pool, NOON + KEPT) == (0, 0, 0)
    assert await answers.first(ATTEMPT) == ANSWER
    assert await sweep(pool, NOON + KEPT + timedelta(seconds=1)) == (1, 0, 0)
    assert await answers.first(ATTEMPT) is None
