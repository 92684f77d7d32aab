"""A transaction whose statements do not wait for each other's answers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, LiteralString

from psycopg import Connection, Cursor
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow


@contextmanager
def piped(conn: Connection[TupleRow]) -> Iterator[None]:
    """Send everything in one pipeline, BEGIN and COMMIT with it: only reading a result waits.

    A statement that fails shows where a result is read next, or at the end; nothing is committed
    then. Inside of a transaction this is a savepoint without a pipeline: a swap is under way there.
    """
    if conn.info.transaction_status is not TransactionStatus.IDLE:
        with conn.transaction():
            yield
        return
    try:
        with conn.pipeline():
            conn.execute("BEGIN")
            yield
            # After a statement that failed, the server leaves this one out.
            conn.execute("COMMIT")
    except BaseException:
        if not conn.closed:
            conn.rollback()
        raise


def ask(
    cursor: Cursor[TupleRow], query: LiteralString | bytes, values: Mapping[str, Any] | None = None
) -> Cursor[TupleRow]:
    """Ask now and read later, from a cursor that the answer has for itself."""
    return cursor.connection.cursor(binary=True).execute(query, values)
