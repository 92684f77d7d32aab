"""The PostgreSQL recorder: the library's reading, our writing."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from events.answering import NOTICE_SILENCE, AnsweringConnection
from events.answers import Answer, ThreadAnswer
from events.appending import APPENDED_CHANNEL
from events.histories import LAST_POSITION
from events.writer import Writer

__all__ = ["APPENDED_CHANNEL", "GIVE_UP_RECONNECTING_SECONDS", "LogRecorder", "datastore"]

SCHEMA: Final = "log"
# By itself the pool tries again after 1, 2, 4 ... seconds, and callers wait for that although the
# server is back. Given up at once, a connection is tried anew for the next caller.
GIVE_UP_RECONNECTING_SECONDS: Final = 0.2


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
    store.pool.connection_class = AnsweringConnection
    store.pool.kwargs = {**_keywords(store), **NOTICE_SILENCE}
    return store


def _keywords(store: PostgresDatastore) -> dict[str, Any]:
    """What the library opens connections with; always a plain dictionary there."""
    keywords = store.pool.kwargs
    assert isinstance(keywords, dict)  # noqa: S101
    return keywords


class LogRecorder(PostgresApplicationRecorder):
    """`eventsourcing`'s recorder, whose appends go through the group writer.

    The stock recorder takes a table lock for each append, which also waits behind VACUUM, pays a
    commit for each, and tries again after a lost connection, which reports a conflict when the
    first try was committed. See `Writer` for what is done instead.
    """

    def __init__(self, datastore: PostgresDatastore, writer: Writer) -> None:
        super().__init__(datastore, events_table_name="events")
        self._writer = writer

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Append the events of one command, all or none; see `Writer.submit` for what it raises."""
        answer = ThreadAnswer()
        self.submit(stored_events, answer, **kwargs)
        last = answer.wait()
        return range(last - len(stored_events) + 1, last + 1)

    def submit(
        self,
        stored_events: Sequence[StoredEvent],
        answer: Answer,
        *,
        command_id: UUID,
        fingerprint: bytes | None = None,
    ) -> None:
        """Have the events appended without waiting for it."""
        self._writer.submit(stored_events, command_id, fingerprint, answer)

    def command(self, command_id: UUID) -> tuple[int, bytes | None] | None:
        """Position and fingerprint of a command that was written; None if it was not."""
        with self.datastore.get_connection() as conn:
            row = conn.execute(
                "SELECT position, fingerprint FROM log.commands WHERE command_id = %(command_id)s",
                {"command_id": command_id},
            ).fetchone()
        return (row["position"], row["fingerprint"]) if row else None

    def last_position(self, originator_id: UUID) -> int:
        """The position of the last event of an aggregate that has any."""
        with self.datastore.get_connection() as conn:
            row = conn.execute(LAST_POSITION.text, {"match_id": originator_id}).fetchone()
        assert row  # noqa: S101  # an aggregate gives one in any case
        return int(row["max"])

    def select_histories(self, originator_ids: Sequence[UUID]) -> Sequence[StoredEvent]:
        """The events of many aggregates, those of each in order."""
        with self.datastore.get_connection() as conn:
            rows = conn.execute(
                """
                SELECT originator_id, originator_version, topic, state
                FROM log.events
                WHERE originator_id = ANY(%(originator_ids)s)
                ORDER BY originator_id, originator_version
                """,
                {"originator_ids": list(originator_ids)},
            ).fetchall()
        return [
            StoredEvent(
                originator_id=row["originator_id"],
                originator_version=row["originator_version"],
                topic=row["topic"],
                state=bytes(row["state"]),
            )
            for row in rows
        ]

    def select_events(self, *args: Any, **kwargs: Any) -> Sequence[StoredEvent]:
        """Read once: a caller that waits for an answer is told at once that the log is away."""
        return _untried(PostgresApplicationRecorder.select_events)(self, *args, **kwargs)  # type: ignore[no-any-return]

    def select_notifications(self, *args: Any, **kwargs: Any) -> Sequence[Notification]:
        """Read once: followers have a patience of their own."""
        return _untried(PostgresApplicationRecorder.select_notifications)(self, *args, **kwargs)  # type: ignore[no-any-return]


def _untried(method: Any) -> Any:
    """The method below the library's `@retry`."""
    return method.__wrapped__
