"""The table of mails that wait to be sent."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from command_api.mails import outbox
from tests.command_api.mails.sending import (
    ENDED,
    Pool,
    ask,
)
from tests.events.relays import Clock, until

pytestmark = pytest.mark.anyio


async def test_old_mails_are_swept_when_they_ended(
    database: str, pool: Pool, clock: Clock, amina: UUID
) -> None:
    await ask(pool, clock, amina)
    await ask(pool, clock, amina)
    later = clock() + outbox.KEPT + timedelta(seconds=1)
    async with pool.connection() as connection:
        first, _ = await outbox.due(connection, clock(), 2)
        await outbox.end(connection, first.id, outbox.Ended.SENT)
        assert await outbox.sweep(connection, clock() + outbox.KEPT) == 0
        assert await outbox.sweep(connection, later) == 1
    await until(database, ENDED, state="waiting", count=1)


async def test_a_mail_has_one_live_token_of_its_kind(pool: Pool, clock: Clock, amina: UUID) -> None:
    await ask(pool, clock, amina)
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with pool.connection() as connection:
            await connection.execute(
                """
                INSERT INTO accounts.mails (id, player_id, kind, asked_at, token_hash, due_at)
                SELECT gen_random_uuid(), player_id, kind, asked_at, sha256('other'), due_at
                FROM accounts.mails
                """
            )
