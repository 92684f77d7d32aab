"""Connections to PostgreSQL that are given up when a statement gets no answer.

By itself psycopg waits for ever for a server that hangs, or whose machine is gone without a word;
and when the one who waits is cancelled, ten seconds more, to cancel the statement politely.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from psycopg import AsyncConnection, Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from events.statements import Rows, Statement

ANSWER_WITHIN_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.1
# Statements that a connection keeps prepared, at most; those not asked for longest go first.
MOST_PREPARED: Final = 64
NO_ANSWER: Final = "the server does not answer"
# In seconds, the last in milliseconds: a server that vanished is noticed, also by an idle client.
NOTICE_SILENCE: Final = {
    "connect_timeout": 2,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 3000,
}

Result = TypeVar("Result")


class AnsweringConnection(Connection[Any]):
    """A connection for threads. A statement without an answer raises `OperationalError`."""

    def wait(
        self, gen: PQGen[Result], interval: float = LOOK_SECONDS, timeout: float | None = None
    ) -> Result:
        """Wait for the server for a bounded time, then hang up: nobody knows where it stands."""
        try:
            return super().wait(gen, interval, timeout or ANSWER_WITHIN_SECONDS)
        except BaseException:
            _hang_up_if_busy(self.pgconn)
            raise


class AsyncAnsweringConnection(AsyncConnection[Any]):
    """The same for the event loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked: OrderedDict[bytes, None] = OrderedDict()

    async def ask(self, statement: Statement, values: Mapping[str, Any]) -> Rows:
        """The rows that one statement gives, which is a transaction of its own.

        The short way: what psycopg does for a statement takes several times what the driver below
        does. A statement that fails ends the connection: these are none that may fail.
        """
        try:
            if statement.name not in self._asked:
                await self._prepare(statement)
            self._asked.move_to_end(statement.name)
            self.pgconn.send_query_prepared(
                statement.name, statement.values(values), result_format=Format.BINARY
            )
            return Rows(await self._answer())
        except BaseException:
            self.pgconn.finish()
            raise

    async def _prepare(self, statement: Statement) -> None:
        if len(self._asked) >= MOST_PREPARED:
            oldest, _ = self._asked.popitem(last=False)
            self.pgconn.send_query_params(b"DEALLOCATE " + oldest, None)
            await self._answer()
        self.pgconn.send_prepare(statement.name, statement.sent)
        await self._answer()
        self._asked[statement.name] = None

    async def _answer(self) -> PGresult:
        """The one result of what was sent; raises what the server says, or `OperationalError`."""
        loop = asyncio.get_running_loop()
        results: list[PGresult] = []
        answered: asyncio.Future[None] = loop.create_future()

        def look() -> None:
            if answered.done():
                return
            try:
                self.pgconn.consume_input()
                while not self.pgconn.is_busy():
                    if (result := self.pgconn.get_result()) is None:
                        answered.set_result(None)
                        return
                    results.append(result)
            except OperationalError as lost:
                answered.set_exception(lost)

        def give_up() -> None:
            if not answered.done():
                answered.set_exception(OperationalError(NO_ANSWER))

        if self.pgconn.flush():  # a few hundred bytes find room, unless nobody takes any
            raise OperationalError(NO_ANSWER)
        socket = self.pgconn.socket
        loop.add_reader(socket, look)
        timer = loop.call_later(ANSWER_WITHIN_SECONDS, give_up)
        try:
            await answered
        finally:
            timer.cancel()
            loop.remove_reader(socket)
        (result,) = results
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise error_from_result(result)
        return result

    async def wait(
        self,
        gen: PQGen[Result],
        interval: float = LOOK_SECONDS,
        timeout: float | None = None,  # noqa: ASYNC109  # psycopg's own
    ) -> Result:
        """Wait for the server for a bounded time, then hang up: nobody knows where it stands."""
        try:
            return await super().wait(gen, interval, timeout or ANSWER_WITHIN_SECONDS)
        except BaseException:
            _hang_up_if_busy(self.pgconn)
            raise

    async def cancel_safe(self, *, timeout: float = 30.0) -> None:  # noqa: ARG002, ASYNC109
        """Hang up at once instead: to cancel politely, the server would have to answer."""
        self.pgconn.finish()


def _hang_up_if_busy(connection: PGconn) -> None:
    if connection.transaction_status == TransactionStatus.ACTIVE:
        connection.finish()
