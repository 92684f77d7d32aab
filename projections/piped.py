"""A transaction whose statements do not wait for each other's answers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from psycopg import Connection, Cursor
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import TupleRow

from events.columns import Column
from events.statements import Rows, Statement

# What a connection keeps prepared, by its names. All of a step is some dozen statements.
_PREPARED: Final[WeakKeyDictionary[Connection[TupleRow], set[bytes]]] = WeakKeyDictionary()
MOST_PREPARED: Final = 200

_BEGIN: Final = Statement("BEGIN")
_COMMIT: Final = Statement("COMMIT")
# By their text, each as it is prepared.
_STATEMENTS: Final[dict[str, Statement]] = {}


class Pipe:
    """Statements on their way, in the order in which they were sent.

    They go past psycopg's cursors, which cost several times what the driver below them does, and
    are prepared once. A value is a `Column`, or something whose text PostgreSQL understands.
    """

    def __init__(self, conn: Connection[TupleRow]) -> None:
        self._conn = conn
        self._prepared = _PREPARED.setdefault(conn, set())
        if len(self._prepared) > MOST_PREPARED:
            self._forget()
        self._unread: list[Answer | None] = []
        self._failure: psycopg.Error | None = None  # the first

    def begin(self) -> None:
        """Let what follows be a transaction, which `commit` ends."""
        self.execute(_BEGIN.text)

    def commit(self) -> None:
        """Commit; raises where anything failed, and then nothing was committed."""
        # After a statement that failed, the server leaves this one out.
        self.execute(_COMMIT.text)

    def execute(
        self,
        query: str,
        values: Mapping[str, Any] | None = None,
        *,
        binary: bool = True,  # noqa: ARG002  # for those who might have a cursor
    ) -> "Answer":
        """Ask now, to read the answer later; values stand at ``%(name)s``."""
        statement = _STATEMENTS.get(query) or _STATEMENTS.setdefault(query, Statement(query))
        pgconn = self._conn.pgconn
        if statement.name not in self._prepared:
            pgconn.send_prepare(statement.name, statement.sent)
            self._unread.append(None)
            self._prepared.add(statement.name)
        given = [values[name] for name in statement.names] if values else []
        pgconn.send_query_prepared(
            statement.name,
            [_encoded(value) for value in given],
            [Format.BINARY if isinstance(value, Column) else Format.TEXT for value in given],
            result_format=Format.BINARY,
        )
        answer = Answer(self)
        self._unread.append(answer)
        return answer

    def read(self, wanted: "Answer") -> PGresult:
        """Wait for the answers to all that was sent, one of which is wanted.

        Raises what failed before it; what failed later is for those who read that.
        """
        if wanted.result is None and self._failure is None:
            self._conn.pgconn.send_flush_request()
            self._receive()
        if wanted.result is None:
            assert self._failure  # noqa: S101  # it was sent before
            raise self._failure
        return wanted.result

    def finish(self) -> None:
        """Wait for the rest; from now on the connection is as it was."""
        self._conn.pgconn.pipeline_sync()
        self._receive(is_last=True)
        if self._failure:
            raise self._failure
        self._conn.pgconn.exit_pipeline_mode()

    def give_up(self) -> None:
        """Undo what was begun, whatever became of it. A connection that cannot do so is closed."""
        try:
            self._unread = [None for _ in self._unread]
            self._conn.pgconn.pipeline_sync()
            self._conn.wait(_results(self._conn.pgconn, len(self._unread), is_last=True))
            self._conn.pgconn.exit_pipeline_mode()
            self._conn.rollback()
            # Of those that were sent last, nobody knows which were prepared.
            self._forget()
        except psycopg.Error:
            self._conn.close()

    def _forget(self) -> None:
        self._conn.execute("DEALLOCATE ALL")
        self._prepared.clear()

    def _receive(self, *, is_last: bool = False) -> None:
        unread, self._unread = self._unread, []
        pgconn = self._conn.pgconn
        results = self._conn.wait(_results(pgconn, len(unread), is_last=is_last))
        for answer, result in zip(unread, results, strict=True):
            if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
                self._failure = self._failure or error_from_result(result, encoding="utf-8")
            elif answer:
                answer.result = result


class Answer:
    """What a statement is answered with; whoever reads it waits for all that was sent."""

    __slots__ = ("_pipe", "result")

    def __init__(self, pipe: Pipe) -> None:
        self._pipe: Final = pipe
        self.result: PGresult | None = None

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        rows = self._rows()
        return map(rows.row, range(len(rows)))

    def _rows(self) -> Rows:
        return Rows(self._pipe.read(self))


# What rows are written with. A cursor of psycopg does the same, statement by statement.
Session = Pipe | Cursor[TupleRow]


@contextmanager
def piped(conn: Connection[TupleRow]) -> Iterator[Pipe]:
    """Send everything in one pipeline: only reading an answer waits.

    A statement that fails shows where an answer is read next, or at the end; then nothing of the
    transaction is committed. The connection must be idle.
    """
    pipe = Pipe(conn)
    conn.pgconn.enter_pipeline_mode()
    try:
        yield pipe
        pipe.finish()
    except BaseException:
        pipe.give_up()
        raise


def is_idle(conn: Connection[TupleRow]) -> bool:
    """Whether no transaction is under way, as one is in a swap."""
    return conn.info.transaction_status is TransactionStatus.IDLE


def ask(
    session: Session, query: str, values: Mapping[str, Any] | None = None
) -> Answer | Cursor[TupleRow]:
    """Ask now and read later, from what the answer has for itself."""
    if isinstance(session, Pipe):
        return session.execute(query, values)
    return session.connection.cursor(binary=True).execute(query.encode(), values)


def _encoded(value: Any) -> bytes | None:
    if isinstance(value, Column):
        return value.encoded
    if value is None:
        return None
    assert not isinstance(value, list | tuple)  # noqa: S101  # these are columns
    return str(value).encode()


def _results(connection: PGconn, number: int, *, is_last: bool) -> PQGen[list[PGresult]]:
    yield from send(connection)
    results: list[PGresult] = []
    for _ in range(number):
        results += yield from fetch_many(connection)
    if is_last:
        yield from fetch_many(connection)  # that all are through
    return results
