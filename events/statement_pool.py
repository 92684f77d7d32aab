"""Connections for single statements, which those who ask at the same time share."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from psycopg import Error, OperationalError
from psycopg.errors import InvalidSqlStatementName

from events.cancel_safe_pool import CancelSafePool
from events.pipelined import NoAnswer, PipelinedConnection
from events.statements import Rows, Statement

HUNG_UP: Final = "57P"  # how the codes begin of a server that ends a session


class StatementPool(CancelSafePool[PipelinedConnection]):
    """A pool of connections with autocommit; `ask` needs one of them for many who ask.

    Whoever has more to say than one statement is lent one alone, by `connection()`.
    """

    def __init__(self, conninfo: str, **settings: Any) -> None:
        """The pool of psycopg with its `settings`; it is not open yet."""
        super().__init__(
            conninfo,
            connection_class=PipelinedConnection,
            kwargs={"autocommit": True},
            open=False,
            **settings,
        )
        self._asked: PipelinedConnection | None = None  # by the next one, too
        self._askers = Counter[PipelinedConnection]()

    async def ask(self, statement: Statement, values: Mapping[str, Any]) -> Rows:
        """The rows that one statement gives.

        A connection that turns out to be lost is not the caller's fault: another is tried, for a
        statement that only reads. Raises `OperationalError` and `PoolTimeout`.
        """
        tries = self.max_size + 1  # all of them may be lost
        while True:
            conn = await self._shared()
            tries -= 1
            try:
                return await conn.ask(statement, values)
            except (OperationalError, InvalidSqlStatementName) as error:
                if not (tries and _was_lost(error)):
                    raise
            finally:
                await self._leave(conn)

    async def _shared(self) -> PipelinedConnection:
        """The connection that is asked by others already, or one that nobody uses."""
        conn = self._asked
        if conn is None or not conn.has_time:
            conn = self._asked = await self.getconn()
        self._askers[conn] += 1
        return conn

    async def _leave(self, conn: PipelinedConnection) -> None:
        self._askers[conn] -= 1
        if self._askers[conn] == 0:
            del self._askers[conn]
            if self._asked is conn:
                self._asked = None
            await self.putconn(conn)


def _was_lost(error: Error) -> bool:
    """Whether the server hung up, perhaps long ago; one that does not answer has not.

    What was prepared is lost alone where psycopg rolled back: it lets go of all that there is.
    """
    if isinstance(error, NoAnswer):
        return False
    if isinstance(error, InvalidSqlStatementName):
        return True
    return error.sqlstate is None or error.sqlstate.startswith(HUNG_UP)
