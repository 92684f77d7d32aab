"""A connection to PostgreSQL that many ask at once, each with one statement, in a pipeline."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from psycopg import Error, OperationalError, ProgrammingError
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGresult

from events.answering import (
    LOOK_SECONDS,
    AsyncAnsweringConnection,
    Result,
)
from events.statements import Rows, Statement

# Statements that a connection keeps prepared, at most; those not asked for longest go first.
MOST_PREPARED: Final = 64
# Of those who share a connection, nobody waits behind more than so many, or for longer, if another
# connection can be had.
MOST_ASKED: Final = 16
LONG_SECONDS: Final = 0.01
NO_ANSWER: Final = "the server does not answer"
LOST: Final = "the connection to the server is lost"
ASKED: Final = "what was asked over this connection is not answered yet"


class NoAnswer(OperationalError):
    """The server still holds the connection, and does not answer."""


class PipelinedConnection(AsyncAnsweringConnection):
    """A connection of psycopg, and past it `ask`, which many may use at the same time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared_here: OrderedDict[bytes, None] = OrderedDict()
        # While only `ask` is used, the event loop goes on looking at the connection: to begin and
        # to end that for every statement costs as much as the statement.
        self._looked_at: int | None = None
        self._asked: deque[asyncio.Future[PGresult]] = deque()  # answered in this order
        self._heard_at = 0.0  # when the last of them was answered, or the first was asked
        self._timer: asyncio.TimerHandle | None = None
        self._results: list[PGresult] = []  # of the first who asked
        self._has_failed = False

    async def ask(self, statement: Statement, values: Mapping[str, Any]) -> Rows:
        """The rows that one statement gives, which is a transaction of its own.

        The short way: what psycopg does for a statement takes several times what the driver below
        does. Who asks while others wait for their answers is sent along at once, in a pipeline. A
        statement that fails ends the connection after the answers to the others: these are none
        that may fail. Raises what the server says, or `OperationalError`.
        """
        given = statement.values(values)
        loop = asyncio.get_running_loop()
        if not self._asked:
            self.pgconn.enter_pipeline_mode()  # refused while psycopg waits for an answer
            self._heard_at = loop.time()
        try:
            self._send(statement, given)
        except BaseException as error:
            # Half a question is never answered.
            self.hang_up(error if isinstance(error, OperationalError) else None)
            raise
        answered = loop.create_future()
        self._asked.append(answered)
        if self._looked_at is None:
            self._looked_at = self.pgconn.socket
            loop.add_reader(self._looked_at, self._look)
        if self._timer is None:
            self._timer = loop.call_later(self.answer_within, self._give_up)
        try:
            return Rows(await answered)
        except asyncio.CancelledError:
            if self._asked and all(each.done() for each in self._asked):
                self.hang_up()  # nobody waits any more for what the server may do for long
            raise

    @property
    def has_time(self) -> bool:
        """Whether one more who asks would soon be answered."""
        if self.closed or self._has_failed or len(self._asked) >= MOST_ASKED:
            return False
        if not self._asked:
            return True
        return asyncio.get_running_loop().time() - self._heard_at < LONG_SECONDS

    async def wait(
        self,
        gen: PQGen[Result],
        interval: float = LOOK_SECONDS,
        timeout: float | None = None,  # noqa: ASYNC109  # psycopg's own
    ) -> Result:
        """Let psycopg look at the connection; raises `ProgrammingError` while somebody asks."""
        if self._asked:
            raise ProgrammingError(ASKED)  # who asks would not be looked after any more
        self._look_no_more()
        return await super().wait(gen, interval, timeout)

    async def close(self) -> None:
        """Close it, and have nobody look at what another file may soon be."""
        if self._asked:
            self.hang_up()
        self._look_no_more()
        await super().close()

    def hang_up(self, error: Error | None = None) -> None:
        """Close the connection at once; whoever waits for an answer is told `error`."""
        self._look_no_more()
        super().hang_up()
        asked, self._asked = self._asked, deque()
        for answered in asked:
            if not answered.done():  # who was cancelled
                answered.set_exception(error or OperationalError(LOST))

    def _send(self, statement: Statement, given: Sequence[bytes | None]) -> None:
        pgconn, name = self.pgconn, statement.name
        if name not in self._prepared_here:
            if len(self._prepared_here) >= MOST_PREPARED:
                oldest, _ = self._prepared_here.popitem(last=False)
                pgconn.send_query_params(b"DEALLOCATE " + oldest, None)
            pgconn.send_prepare(name, statement.sent)
            self._prepared_here[name] = None
        self._prepared_here.move_to_end(name)
        pgconn.send_query_prepared(name, given, result_format=Format.BINARY)
        pgconn.pipeline_sync()  # each is a transaction of its own, and fails alone
        if pgconn.flush():  # a few kilobytes find room, and of a long question a part
            asyncio.get_running_loop().add_writer(pgconn.socket, self._send_rest)

    def _send_rest(self) -> None:
        """Send what there is room for."""
        try:
            if not self.pgconn.flush():
                asyncio.get_running_loop().remove_writer(self.pgconn.socket)
        except OperationalError as lost:
            self.hang_up(lost)

    def _look(self) -> None:
        """Take what has come."""
        if not self._asked:
            self._look_no_more()  # nobody asked: it is being closed, and would be so for ever
            return
        try:
            self._take()
        except OperationalError as lost:
            said = next(filter(_is_error, self._results), None)
            self.hang_up(error_from_result(said) if said else lost)

    def _take(self) -> None:
        pgconn = self.pgconn
        pgconn.consume_input()
        while self._asked and not pgconn.is_busy():
            result = pgconn.get_result()
            if result is None:  # the end of a statement, or of all
                if pgconn.status != ConnStatus.OK:
                    raise OperationalError(LOST)
            elif result.status == ExecStatus.PIPELINE_SYNC:
                self._answer()
            else:
                self._results.append(result)

    def _answer(self) -> None:
        """Give the first who asked what has come for it."""
        results, self._results = self._results, []
        answered = self._asked.popleft()
        failed = next(filter(_is_error, results), None)
        if failed:
            self._has_failed = True
        if not answered.done():  # who was cancelled
            if failed:
                answered.set_exception(error_from_result(failed))
            else:
                answered.set_result(results[-1])
        if self._asked:
            self._heard_at = asyncio.get_running_loop().time()
        elif self._has_failed:
            self.hang_up()
        else:
            self.pgconn.exit_pipeline_mode()

    def _give_up(self) -> None:
        """Hang up if there was no answer for too long, or look again when that may be."""
        self._timer = None
        if not self._asked:
            return
        loop = asyncio.get_running_loop()
        left = self._heard_at + self.answer_within - loop.time()
        if left > 0:
            self._timer = loop.call_later(left, self._give_up)
        else:
            self.hang_up(NoAnswer(NO_ANSWER))

    def _look_no_more(self) -> None:
        if self._looked_at is not None:
            loop = asyncio.get_running_loop()
            with suppress(OSError):  # the driver has closed the file of a lost connection
                loop.remove_writer(self._looked_at)
            loop.remove_reader(self._looked_at)
            self._looked_at = None
        if self._timer:
            self._timer.cancel()
            self._timer = None


def _is_error(result: PGresult) -> bool:
    return result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
