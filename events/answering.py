"""Connections to PostgreSQL that are given up when a statement gets no answer.

By itself psycopg waits for ever for a server that hangs, or whose machine is gone without a word;
and when the one who waits is cancelled, ten seconds more, to cancel the statement politely.
"""

from typing import Any, Final, TypeVar

from psycopg import AsyncConnection, Connection
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.pq.abc import PGconn

ANSWER_WITHIN_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.1
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
    """The same for the event loop; `answer_within` is how long it waits, in seconds."""

    answer_within: float = ANSWER_WITHIN_SECONDS

    async def wait(
        self,
        gen: PQGen[Result],
        interval: float = LOOK_SECONDS,
        timeout: float | None = None,  # noqa: ASYNC109  # psycopg's own
    ) -> Result:
        """Wait for the server for a bounded time, then hang up: nobody knows where it stands."""
        try:
            return await super().wait(gen, interval, timeout or self.answer_within)
        except BaseException:
            _hang_up_if_busy(self.pgconn)
            raise

    async def cancel_safe(self, *, timeout: float = 30.0) -> None:  # noqa: ARG002, ASYNC109
        """Hang up at once instead: to cancel politely, the server would have to answer."""
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection at once, whatever it is used for."""
        self.pgconn.finish()


def _hang_up_if_busy(connection: PGconn) -> None:
    if connection.transaction_status == TransactionStatus.ACTIVE:
        connection.finish()
