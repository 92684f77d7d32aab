"""Forgets, every hour, what is kept for a time only: answers, sessions, mails, stray pictures."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from command_api import idempotency
from command_api.accounts import sessions
from command_api.mails import outbox
from deploy.picture_sweep import sweep_pictures
from events.refusals import Unavailable
from events.screenshots import Screenshots

EVERY_SECONDS: Final = 3600.0

log = logging.getLogger(__name__)


async def keep_house(conninfo: str, screenshots: Screenshots) -> None:
    """Sweep now and then every hour, until cancelled; trouble is left to the next time."""
    async with AsyncConnectionPool[Any](conninfo, min_size=0, max_size=1, open=False) as pool:
        while True:
            try:
                await sweep(pool, datetime.now(UTC))
                await sweep_pictures(conninfo, screenshots, datetime.now(UTC))
            except (psycopg.Error, PoolTimeout, Unavailable) as error:
                log.warning("sweeping has to wait: %s", error)
            await asyncio.sleep(EVERY_SECONDS)


async def sweep(pool: AsyncConnectionPool[Any], now: datetime) -> tuple[int, int, int]:
    """Forget what is too old at `now`; gives the numbers of answers, sessions and mails."""
    async with pool.connection() as conn:
        answers = await idempotency.sweep(conn, now)
        ended = await sessions.sweep(conn, now)
        mails = await outbox.sweep(conn, now)
    log.info("swept %d answers, %d sessions and %d mails", answers, ended, mails)
    return answers, ended, mails
