"""A process that folds one part of the log: its task on standard input, portions on output.

Started by `projections.folding`. It ends when its input ends, so it never outlives its parent.
"""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from typing import BinaryIO, Final

import msgspec
from psycopg import IsolationLevel, sql

from events.codec import EventMapper
from events.owner_keys import AllKeys
from projections.catalogue import PROJECTIONS
from projections.connecting import connect
from projections.folding_messages import LENGTH, Answer, Task
from projections.portions import Portion
from projections.stored import histories

# Python looks for cycles after so many new containers. Folding makes none.
NEW_CONTAINERS: Final = 50_000


def main() -> None:
    """Fold what the task says, then end."""
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not disturb the answers
    gc.set_threshold(NEW_CONTAINERS)
    (length,) = LENGTH.unpack(tasks.read(LENGTH.size))
    task = msgspec.msgpack.decode(tasks.read(length), type=Task)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        for portion in _portions(task):
            _send(answers, Answer(portion))
    except Exception as error:  # noqa: BLE001  # the parent says it
        _send(answers, Answer(problem=f"{type(error).__name__}: {error}"))


def _portions(task: Task) -> Iterator[Portion]:
    projection = PROJECTIONS[task.projection]
    mapper = EventMapper(keys=None if task.keys is None else AllKeys(task.keys))
    with connect(task.conninfo, f"rebuild {projection.name}") as conn:
        conn.execute("SET statement_timeout = 0")
        conn.execute("SET idle_in_transaction_session_timeout = 0")
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        with conn.transaction():
            snapshot = sql.Literal(task.snapshot)
            conn.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(snapshot))
            yield from projection.fold(histories(conn, task.upto, task.part), mapper)


def _send(answers: BinaryIO, answer: Answer) -> None:
    message = msgspec.msgpack.encode(answer)
    answers.write(LENGTH.pack(len(message)))
    answers.write(message)
    answers.flush()


def _die_with_parent() -> None:
    # os.read, for a daemon thread inside sys.stdin would crash the interpreter's shutdown.
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
