"""The one writer of a process: whatever waits to be appended goes into one transaction."""

import logging
import queue
import threading
import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.conninfo import make_conninfo

from events.answering import NOTICE_SILENCE
from events.answers import Answer, Verdict, give_all
from events.appending import AppendingConnection
from events.group import Append, judge, match_of
from events.refusals import Unavailable

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
        self._conn: AppendingConnection | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._expected = 1  # callers at once, by the last group and those who waited behind it

    def submit(
        self,
        events: Sequence[StoredEvent],
        command_id: UUID,
        fingerprint: bytes | None,
        answer: Answer,
    ) -> None:
        """Have the events of one command appended, all or none.

        The answer is the position of the last one, also if the command was appended before. It
        raises `ConcurrentChange`, `Unprocessable` for another fingerprint under the same id, or
        `Unavailable` when the database is away: then, and only then, the outcome is not known.
        """
        if self._thread is None:
            self._start()
        self._waiting.put(Append(events, command_id, fingerprint, answer))

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._starting:
            if self._thread:
                self._waiting.put(None)
                self._thread.join()
                self._thread = None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        is_over = False
        while not is_over:
            group = self._gather()
            is_over = None in group
            appends = [append for append in group if append and append.answer.is_wanted]
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
                    verdicts = [Unavailable(AWAY) for _ in group]
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
        answers = [append.answer for append in group]
        give_all(zip(answers, verdicts, strict=True))

    def _write(self, group: Sequence[Append]) -> list[Verdict]:
        if self._conn is None:
            self._conn = AppendingConnection.connect(self._conninfo, autocommit=True)
            self._conn.prepare()
        # In two round trips: what is there; then what is new, with the commit.
        place, known = self._conn.look(
            [append.command_id for append in group],
            [*{match_of(event) for append in group for event in append.events}],
        )
        judged = judge(group, place, known)
        self._conn.write(judged.rows, judged.commands)
        return judged.verdicts

    def _disconnect(self) -> None:
        if self._conn:
            self._conn.close()
            self._conn = None
