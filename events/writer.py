"""The one writer of a process: whatever waits to be appended goes into one transaction."""

import logging
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import Connection
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from events.answering import NOTICE_SILENCE, AnsweringConnection
from events.chain import StoredRow
from events.group import Append, Known, Place, Verdict, judge
from events.refusals import Unavailable

APPENDED_CHANNEL: Final = "log_appended"
# Any number does, as long as every writer takes the same.
TAKE_APPEND_LOCK: Final = "SELECT pg_advisory_xact_lock(7431142)"
# A writer that stops in the middle of a group would keep all others from writing.
LET_GO_OF_THE_LOCK: Final = "SET idle_in_transaction_session_timeout = '2s'"
LARGEST_GROUP: Final = 256
# A fraction of a commit: how long nobody may come before a group waits no longer for more.
GATHER_SECONDS: Final = 0.0002
RECONNECT_WITHIN_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.1
AWAY: Final = "The records cannot be reached; try again in a moment."

log = logging.getLogger(__name__)


class Writer:
    """Writes what is submitted, in groups, on a thread and a connection of its own.

    A group is one transaction under the append lock, so the order of positions is the order of
    commits, and while it is held nobody else can write: what a command conflicts with is looked up
    first, and only what can be written is. Nobody's conflict touches another's events.

    When a connection is lost, the group is written again on a new one: what the first try did
    commit is then found in the command log. The old try holds the lock until it is over.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = make_conninfo(conninfo, **NOTICE_SILENCE)
        self._waiting: queue.SimpleQueue[Append | None] = queue.SimpleQueue()
        self._conn: Connection[TupleRow] | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._expected = 1  # callers at once, by the last group and those who waited behind it

    def submit(
        self, events: Sequence[StoredEvent], command_id: UUID, fingerprint: bytes | None = None
    ) -> "Future[int]":
        """Have the events of one command appended, all or none.

        The answer is the position of the last one, also if the command was appended before. It
        raises `ConcurrentChange`, `Unprocessable` for another fingerprint under the same id, or
        `Unavailable` when the database is away: then, and only then, the outcome is not known.
        """
        append = Append(events, command_id, fingerprint, Future())
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
                self._thread.start()
        self._waiting.put(append)
        return append.answer

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._starting:
            if self._thread:
                self._waiting.put(None)
                self._thread.join()
                self._thread = None

    def _run(self) -> None:
        is_over = False
        while not is_over:
            group = self._gather()
            is_over = None in group
            appends = [a for a in group if a and a.answer.set_running_or_notify_cancel()]
            if appends:
                self._write_surely(appends)
        self._disconnect()

    def _gather(self) -> list[Append | None]:
        """The next group: whoever waits, and whoever is on the way.

        Callers who were answered together come back together. If the first of them were written at
        once, the others would wait for that commit, and two half groups would take turns for ever.
        So a group is held back while callers keep coming, until there are as many as there were a
        moment ago. A caller who is alone is not kept waiting.
        """
        group = [self._waiting.get()]
        came = -1
        while came < self._waiting.qsize() < self._expected - 1:
            came = self._waiting.qsize()
            time.sleep(GATHER_SECONDS)
        while len(group) < LARGEST_GROUP and not self._waiting.empty():
            group.append(self._waiting.get())
        return group

    def _write_surely(self, group: Sequence[Append]) -> None:
        """Write a group and give the answers, over a lost connection if need be."""
        give_up_at = time.monotonic() + RECONNECT_WITHIN_SECONDS
        while True:
            try:
                verdicts = self._write(group)
            except (psycopg.OperationalError, psycopg.InterfaceError) as lost:
                self._disconnect()
                if time.monotonic() > give_up_at:
                    verdicts = [Unavailable(AWAY)] * len(group)
                    break
                log.warning("writing %d commands once more: %s", len(group), lost)
                time.sleep(PAUSE_SECONDS)
            except Exception as error:
                self._disconnect()
                if len(group) == 1:
                    log.exception("a command cannot be written")
                    verdicts = [error]
                    break
                for append in group:  # whoever is at fault is so alone
                    self._write_surely([append])
                return
            else:
                break
        self._expected = len(group) + self._waiting.qsize()
        for append, verdict in zip(group, verdicts, strict=True):
            if isinstance(verdict, int):
                append.answer.set_result(verdict)
            else:
                append.answer.set_exception(verdict)

    def _write(self, group: Sequence[Append]) -> list[Verdict]:
        conn = self._connection()
        # In two round trips: what is there; then what is new, with the commit.
        with conn.pipeline(), conn.transaction():
            place, known = _look(conn, group)
            judged = judge(group, place, known)
            if judged.rows:
                _insert(conn, judged.rows, judged.commands)
        return judged.verdicts

    def _connection(self) -> Connection[TupleRow]:
        if self._conn is None:
            self._conn = AnsweringConnection.connect(self._conninfo, autocommit=True)
            self._conn.execute(LET_GO_OF_THE_LOCK)
        return self._conn

    def _disconnect(self) -> None:
        if self._conn:
            self._conn.close()
            self._conn = None


def _look(conn: Connection[TupleRow], group: Sequence[Append]) -> tuple[Place, Known]:
    """Take the lock, then see where the log ends and what is known of these commands."""
    conn.execute(TAKE_APPEND_LOCK, prepare=True)
    place = conn.execute(
        """
        SELECT last.notification_id, last.hash, clock_timestamp()
        FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
            SELECT notification_id, hash FROM log.events ORDER BY notification_id DESC LIMIT 1
        ) AS last ON true
        """,
        prepare=True,
    )
    commands = conn.execute(
        """
        SELECT command_id, position, fingerprint
        FROM log.commands
        WHERE command_id = ANY(%(command_ids)b::uuid[])
        """,
        {"command_ids": [append.command_id for append in group]},
        prepare=True,
    )
    versions = conn.execute(
        """
        SELECT originator_id, max(originator_version)
        FROM log.events
        WHERE originator_id = ANY(%(match_ids)b::uuid[])
        GROUP BY originator_id
        """,
        {"match_ids": list({event.originator_id for a in group for event in a.events})},
        prepare=True,
    )
    [(position, last_hash, now)] = place.fetchall()
    known = Known(
        commands={command: (at, mark) for command, at, mark in commands.fetchall()},
        versions=dict(versions.fetchall()),
    )
    return Place.after(position, last_hash, now), known


def _insert(
    conn: Connection[TupleRow],
    rows: Sequence[StoredRow],
    commands: Sequence[tuple[UUID, int, bytes | None]],
) -> None:
    # Binary parameters: as text, psycopg escapes every element of a list by regular expressions.
    conn.execute(
        """
        INSERT INTO log.events (
            originator_id, originator_version, topic, state,
            notification_id, recorded_at, previous_hash, hash
        )
        SELECT * FROM unnest(
            %(match_ids)b::uuid[], %(versions)b::bigint[], %(names)b::text[], %(states)b::bytea[],
            %(positions)b::bigint[], %(times)b::timestamptz[],
            %(previous_hashes)b::bytea[], %(hashes)b::bytea[]
        )
        """,
        {
            "match_ids": [row.match_id for row in rows],
            "versions": [row.version for row in rows],
            "names": [row.name for row in rows],
            "states": [row.state for row in rows],
            "positions": [row.position for row in rows],
            "times": [row.recorded_at for row in rows],
            "previous_hashes": [row.previous_hash for row in rows],
            "hashes": [row.hash for row in rows],
        },
        prepare=True,
    )
    command_ids, positions, fingerprints = zip(*commands, strict=True)
    conn.execute(
        """
        INSERT INTO log.commands (command_id, position, fingerprint)
        SELECT * FROM unnest(
            %(command_ids)b::uuid[], %(positions)b::bigint[], %(fingerprints)b::bytea[]
        )
        """,
        {
            "command_ids": list(command_ids),
            "positions": list(positions),
            "fingerprints": list(fingerprints),
        },
        prepare=True,
    )
    conn.execute(f"NOTIFY {APPENDED_CHANNEL}")
