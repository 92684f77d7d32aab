"""The PostgreSQL recorder: one order for all appends, and a log of commands in the same commit."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow
from psycopg.sql import SQL

SCHEMA: Final = "log"
APPENDED_CHANNEL: Final = "log_appended"
# By itself the pool tries again after 1, 2, 4 ... seconds, and callers wait for that although the
# server is back. Given up at once, a connection is tried anew for the next caller.
GIVE_UP_RECONNECTING_SECONDS: Final = 0.2
# Any number does, as long as every writer takes the same.
TAKE_APPEND_LOCK: Final = SQL("SELECT pg_advisory_xact_lock(7431142)")


def datastore(conninfo: str, pool_size: int) -> PostgresDatastore:
    """The library's connection pool for `conninfo`; give it as many connections as threads."""
    parts = conninfo_to_dict(conninfo)
    store = PostgresDatastore(
        dbname=str(parts.get("dbname", "")),
        host=str(parts.get("host", "")),
        port=str(parts.get("port", "5432")),
        user=str(parts.get("user", "")),
        password=str(parts.get("password", "")),
        pool_size=pool_size,
        connect_timeout=2,
        schema=SCHEMA,
    )
    store.pool.reconnect_timeout = GIVE_UP_RECONNECTING_SECONDS
    return store


class LogRecorder(PostgresApplicationRecorder):
    """`eventsourcing`'s recorder with an advisory lock and a command log.

    The lock makes the order of positions the order of commits, so that a follower that reads
    "greater than my last position" never skips an event. The stock table lock would do so too,
    but it also waits behind VACUUM, ANALYZE and CREATE INDEX CONCURRENTLY.
    """

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore, events_table_name="events")
        self.lock_table_statements = [TAKE_APPEND_LOCK]
        self.channel_name = APPENDED_CHANNEL

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Append once. The stock method tries again after a lost connection, which reports a
        conflict when the first try was committed: `MatchLog` looks into the command log instead.
        """
        return _untried(PostgresApplicationRecorder.insert_events)(self, stored_events, **kwargs)  # type: ignore[no-any-return]

    def _insert_events(
        self,
        curs: Cursor[DictRow],
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,
    ) -> None:
        last = stored_events[-1]
        curs.execute(
            """
            INSERT INTO log.commands (command_id, match_id, version)
            VALUES (%(command_id)s, %(match_id)s, %(version)s)
            """,
            {
                "command_id": kwargs["command_id"],
                "match_id": last.originator_id,
                "version": last.originator_version,
            },
        )

    def position_of(self, command_id: UUID) -> int | None:
        """The position of the last event that the command wrote, or None if it wrote none.

        Takes the append lock first, so that an append whose connection was cut is either
        committed or gone before the answer is given.
        """
        with self.datastore.transaction() as curs:
            curs.execute(TAKE_APPEND_LOCK)
            curs.execute(
                """
                SELECT e.notification_id
                FROM log.commands AS c
                JOIN log.events AS e
                  ON e.originator_id = c.match_id AND e.originator_version = c.version
                WHERE c.command_id = %(command_id)s
                """,
                {"command_id": command_id},
            )
            row = curs.fetchone()
        return row["notification_id"] if row else None

    def select_events(self, *args: Any, **kwargs: Any) -> Sequence[StoredEvent]:
        """Read once: a caller that waits for an answer is told at once that the log is away."""
        return _untried(PostgresApplicationRecorder.select_events)(self, *args, **kwargs)  # type: ignore[no-any-return]

    def select_notifications(self, *args: Any, **kwargs: Any) -> Sequence[Notification]:
        """Read once: followers have a patience of their own."""
        return _untried(PostgresApplicationRecorder.select_notifications)(self, *args, **kwargs)  # type: ignore[no-any-return]


def _untried(method: Any) -> Any:
    """The method below the library's `@retry`."""
    return method.__wrapped__
