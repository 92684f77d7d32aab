"""The loop that keeps a read model up to date: a batch, its rows and the checkpoint at once."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg import Connection, Cursor
from psycopg.rows import TupleRow

from events.log import MatchLog, Recorded
from events.progress import PROJECTED_CHANNEL, Projected
from events.recorder import APPENDED_CHANNEL

BATCH: Final = 500
# A notification may be lost: the log is looked at this often in any case.
PATIENCE_SECONDS: Final = 0.5
PAUSE_AFTER_TROUBLE_SECONDS: Final = 0.5
# A payload of NOTIFY holds at most 8,000 bytes; a match in it takes 39.
MOST_NAMED_MATCHES: Final = 150

Project = Callable[[Cursor[TupleRow], Sequence[Recorded]], tuple[UUID, ...]]

log = logging.getLogger(__name__)


class Follower:
    """Follows the log under the name `name` and lets `project` write the rows."""

    def __init__(self, conninfo: str, match_log: MatchLog, name: str, project: Project) -> None:
        self._conninfo = conninfo
        self._log = match_log
        self._name = name
        self._project = project
        self._stopping = threading.Event()
        self.trouble: str | None = f"The projection {name} has not begun yet."

    def stop(self) -> None:
        """Let `run` return after the batch at hand."""
        self._stopping.set()

    def run(self) -> None:
        """Follow until stopped; trouble with the database is waited out."""
        while not self._stopping.is_set():
            try:
                self._follow()
            except (psycopg.Error, PersistenceError) as error:
                self.trouble = f"The projection {self._name} waits: {error}".strip()
                log.warning("%s", self.trouble)
                self._log.drop_dead_connections()
                self._stopping.wait(PAUSE_AFTER_TROUBLE_SECONDS)

    def _follow(self) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as conn:
            conn.execute(f"LISTEN {APPENDED_CHANNEL}")
            while not self._stopping.is_set():
                size = self.step(conn)
                self.trouble = None
                if size < BATCH:
                    _wait_for_more(conn)

    def step(self, conn: Connection[TupleRow]) -> int:
        """Project the next batch in one transaction; gives its number of events.

        The checkpoint's row is locked, so that a second instance waits and then sees that the
        work is done. An idle look at the log locks and writes nothing.
        """
        position = self._position(conn)
        batch = self._log.read(position, BATCH)
        if not batch:
            return 0
        with conn.transaction(), conn.cursor() as cursor:
            if not self._lock(cursor, position):
                return 0
            changed = self._project(cursor, batch)
            self._move(cursor, batch[-1].position)
            _tell(cursor, batch[-1].position, changed)
        log.info("projected %s to %d: %d events", self._name, batch[-1].position, len(batch))
        return len(batch)

    def _position(self, conn: Connection[TupleRow]) -> int:
        cursor = conn.execute(
            "SELECT position FROM log.checkpoints WHERE follower = %(follower)s",
            {"follower": self._name},
        )
        row = cursor.fetchone()
        return int(row[0]) if row else 0

    def _lock(self, cursor: Cursor[TupleRow], position: int) -> bool:
        """Lock the checkpoint; False if it does not stand at `position` any more."""
        cursor.execute(
            """
            INSERT INTO log.checkpoints (follower, position)
            VALUES (%(follower)s, 0)
            ON CONFLICT (follower) DO NOTHING
            """,
            {"follower": self._name},
        )
        cursor.execute(
            "SELECT position FROM log.checkpoints WHERE follower = %(follower)s FOR UPDATE",
            {"follower": self._name},
        )
        return cursor.fetchone() == (position,)

    def _move(self, cursor: Cursor[TupleRow], position: int) -> None:
        cursor.execute(
            """
            UPDATE log.checkpoints
            SET position = %(position)s, moved_at = clock_timestamp()
            WHERE follower = %(follower)s
            """,
            {"position": position, "follower": self._name},
        )


def _tell(cursor: Cursor[TupleRow], position: int, changed: tuple[UUID, ...]) -> None:
    named = changed if len(changed) <= MOST_NAMED_MATCHES else None
    payload = msgspec.json.encode(Projected(position, named)).decode()
    cursor.execute(
        "SELECT pg_notify(%(channel)s, %(payload)s)",
        {"channel": PROJECTED_CHANNEL, "payload": payload},
    )


def _wait_for_more(conn: Connection[TupleRow]) -> None:
    for _ in conn.notifies(timeout=PATIENCE_SECONDS, stop_after=1):
        pass
