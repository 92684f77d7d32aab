"""A pool that gets back each connection that it lends."""

import asyncio
from typing import TypeVar

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from psycopg_pool.pool_async import ReturnConnection

Lent = TypeVar("Lent", bound=AsyncConnection)


class CancelSafePool(AsyncConnectionPool[Lent]):
    """The pool of psycopg, which by itself loses a connection for ever, and lends one less, when
    the one who gives it back is cancelled meanwhile.
    """

    async def putconn(self, conn: Lent) -> None:
        """Give a connection back; who is cancelled leaves that to the pool."""
        try:
            await super().putconn(conn)
        except asyncio.CancelledError:
            self.run_task(ReturnConnection(self, conn, from_getconn=False))
            raise
