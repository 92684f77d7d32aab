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


class NoAnswer(OperationalError):
    """The server still holds the connection, and does not answer."""


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
        self._prepared_here: OrderedDict[bytes, None] = OrderedDict()
        # While only `ask` is used, the event loop goes on looking at the connection: to begin and
        # to end that for every statement costs as much as the statement.
        self._looked_at: int | None = None
        self._answered: asyncio.Future[None] | None = None
        self._results: list[PGresult] = []

    async def wait(
        self,
        gen: PQGen[Result],
        interval: float = LOOK_SECONDS,
        timeout: float | None = None,  # noqa: ASYNC109  # psycopg's own
    ) -> Result:
        """Wait for the server for a bounded time, then hang up: nobody knows where it stands."""
        self._look_no_more()
        try:
            return await super().wait(gen, interval, timeout or ANSWER_WITHIN_SECONDS)
        except BaseException:
            _hang_up_if_busy(self.pgconn)
            raise

    async def cancel_safe(self, *, timeout: float = 30.0) -> None:  # noqa: ARG002, ASYNC109
        """Hang up at once instead: to cancel politely, the server would have to answer."""
        self._hang_up()

    async def close(self) -> None:
        """Close it, and have nobody look at what another file may soon be."""
        self._look_no_more()
        await super().close()

    async def ask(self, statement: Statement, values: Mapping[str, Any]) -> Rows:
        """The rows that one statement gives, which is a transaction of its own.

        The short way: what psycopg does for a statement takes several times what the driver below
        does. A statement that fails ends the connection: these are none that may fail.
        """
        try:
            if statement.name not in self._prepared_here:
                await self._prepare(statement)
            self._prepared_here.move_to_end(statement.name)
            self.pgconn.send_query_prepared(
                statement.name, statement.values(values), result_format=Format.BINARY
            )
            return Rows(await self._answer())
        except BaseException:
            self._hang_up()
            raise

    async def _prepare(self, statement: Statement) -> None:
        if len(self._prepared_here) >= MOST_PREPARED:
            oldest, _ = self._prepared_here.popitem(last=False)
            self.pgconn.send_query_params(b"DEALLOCATE " + oldest, None)
            await self._answer()
        self.pgconn.send_prepare(statement.name, statement.sent)
        await self._answer()
        self._prepared_here[statement.name] = None

    async def _answer(self) -> PGresult:
        """The one result of what was sent; raises what the server says, or `OperationalError`."""
        if self.pgconn.flush():  # a few hundred bytes find room, unless nobody takes any
            raise NoAnswer(NO_ANSWER)
        loop = asyncio.get_running_loop()
        self._results = []
        self._answered = loop.create_future()
        if self._looked_at is None:
            self._looked_at = self.pgconn.socket
            loop.add_reader(self._looked_at, self._look)
        timer = loop.call_later(ANSWER_WITHIN_SECONDS, self._give_up, self._answered)
        try:
            await self._answered
        finally:
            timer.cancel()
        (result,) = self._results
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise error_from_result(result)
        return result

    def _look(self) -> None:
        """Take what has come."""
        if self._answered is None or self._answered.done():
            self._look_no_more()  # nobody asked: it is being closed, and would be so for ever
            return
        try:
            self.pgconn.consume_input()
            while not self.pgconn.is_busy():
                if (result := self.pgconn.get_result()) is None:
                    self._answered.set_result(None)
                    return
                self._results.append(result)
        except OperationalError as lost:
            self._answered.set_exception(lost)

    def _give_up(self, answered: "asyncio.Future[None]") -> None:
        if not answered.done():
            answered.set_exception(NoAnswer(NO_ANSWER))

    def _look_no_more(self) -> None:
        if self._looked_at is not None:
            asyncio.get_running_loop().remove_reader(self._looked_at)
            self._looked_at = None

    def _hang_up(self) -> None:
        self._look_no_more()
        self.pgconn.finish()


def _hang_up_if_busy(connection: PGconn) -> None:
    if connection.transaction_status == TransactionStatus.ACTIVE:
        connection.finish()
