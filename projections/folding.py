"""Folds the whole log, in several processes where it is long: one part of the matches each.

The processes read the same snapshot, and one transaction of ours writes what they send. They end
when we do, however that is, and we stop when one of them does.
"""

import os
import selectors
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import TupleRow

from projections.builds import Refused
from projections.catalogue import PROJECTIONS
from projections.folding_messages import LENGTH, Answer, Task, framed
from projections.portions import Portion
from projections.projection import Projection
from projections.stored import Part, histories

MOST_PROCESSES: Final = 4
# A process takes as long to start as it takes to fold some thousand events.
FEWEST_EVENTS_EACH: Final = 20_000
# Events whose matches tell where to cut.
SAMPLE: Final = 20_000
# A portion that is ready should not keep its process waiting.
PIPE_BYTES: Final = 1 << 20

_DECODER: Final = msgspec.msgpack.Decoder(Answer)


def processes_for(projection: Projection, events: int) -> int:
    """How many processes should fold so many events."""
    if not _is_known_elsewhere(projection):
        return 1
    return max(1, min(MOST_PROCESSES, _usable_cores(), events // FEWEST_EVENTS_EACH))


@contextmanager
def folded(
    conninfo: str, reader: Connection[TupleRow], projection: Projection, upto: int, processes: int
) -> Iterator[Iterator[Portion]]:
    """The portions of all matches up to a position of the log, as soon as they are ready.

    `reader` is in a transaction that reads one snapshot. Raises `Refused` where a process ends
    before it is done; in the end, none is left.
    """
    mapper = projection.mapper.with_all_keys()
    if processes == 1:
        yield projection.fold(histories(reader, upto), mapper)
        return
    snapshot = _one(reader, "SELECT pg_export_snapshot()", {})
    with ExitStack() as stack:
        children = []
        for part in _parts(reader, upto, processes):
            task = Task(conninfo, snapshot, upto, part, projection.name, mapper.keys_to_send)
            children.append(stack.enter_context(_child(task)))
        yield _gathered(children)


@contextmanager
def _child(task: Task) -> Iterator["subprocess.Popen[bytes]"]:
    child = subprocess.Popen(
        # As this process found its modules, by the same path.
        [sys.executable, "-m", "projections.folding_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        pipesize=PIPE_BYTES,
        # Ctrl-C is for us; we end it.
        start_new_session=True,
    )
    try:
        _send(child, msgspec.msgpack.encode(task))
        yield child
    finally:
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()
        child.wait()


def _send(child: "subprocess.Popen[bytes]", message: bytes) -> None:
    """Give a child its task. Its input stays open: where it ends, the child does."""
    rest = memoryview(framed(message))
    try:
        while rest and child.stdin:
            rest = rest[os.write(child.stdin.fileno(), rest) :]
    except BrokenPipeError:
        raise _ended(child) from None


def _gathered(children: Sequence["subprocess.Popen[bytes]"]) -> Iterator[Portion]:
    """What they send, until all are done. Where we take our time, they wait."""
    with selectors.DefaultSelector() as selector:
        for child in children:
            if child.stdout:
                selector.register(child.stdout, selectors.EVENT_READ, child)
        while selector.get_map():
            for key, _ in selector.select():
                answer = _DECODER.decode(_receive(key.data))
                if answer.problem is not None:
                    raise Refused(f"A process that folds histories failed: {answer.problem}")
                if answer.portion.summed:
                    selector.unregister(key.fileobj)
                yield answer.portion


def _receive(child: "subprocess.Popen[bytes]") -> bytearray:
    (length,) = LENGTH.unpack(_read(child, LENGTH.size))
    return _read(child, length)


def _read(child: "subprocess.Popen[bytes]", size: int) -> bytearray:
    message = bytearray(size)
    rest = memoryview(message)
    while rest and child.stdout:
        got = child.stdout.readinto(rest)  # type: ignore[attr-defined]  # it has no buffer
        if not got:
            raise _ended(child)
        rest = rest[got:]
    return message


def _ended(child: "subprocess.Popen[bytes]") -> Refused:
    return Refused(
        f"A process that folds histories ended before it was done, with status {child.wait()}."
        " Nothing was built; start the rebuild again."
    )


def _parts(reader: Connection[TupleRow], upto: int, parts: int) -> Iterator[Part]:
    """All matches in so many parts of about as many events each."""
    cuts = _one(
        reader,
        """
        SELECT percentile_disc(%(fractions)s::float8[]) WITHIN GROUP (ORDER BY originator_id)
        FROM log.events TABLESAMPLE SYSTEM (least(100, 100.0 * %(sample)s / %(upto)s))
        """,
        {
            "fractions": [number / parts for number in range(1, parts)],
            "sample": SAMPLE,
            "upto": max(upto, 1),
        },
    )
    ends: list[UUID | None] = [None, *(cuts or ()), None]
    return (Part(first, end) for first, end in pairwise(ends))


def _one(conn: Connection[TupleRow], query: Any, values: dict[str, Any]) -> Any:
    row = conn.execute(query, values).fetchone()
    return row[0] if row else None


def _is_known_elsewhere(projection: Projection) -> bool:
    """Whether another process finds the same projection, by its name."""
    known = PROJECTIONS.get(projection.name)
    return known is not None and known.fold is projection.fold and projection.mapper.is_usual


def _usable_cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
