"""Where a build stands in the log, and how that is locked and moved."""

from typing import Final
from uuid import UUID

import msgspec
from psycopg import Cursor, sql
from psycopg.rows import TupleRow

from events.progress import PROJECTED_CHANNEL, Projected
from projections.builds import Build, look_into_and_tell, schema_of
from projections.piped import ask
from projections.projection import Projection
from projections.stored import events_after

# A payload of NOTIFY holds at most 8,000 bytes; a match in it takes 39.
MOST_NAMED_MATCHES: Final = 150


class LivePlace:
    """The place of the live build: a checkpoint of the log, and every move of it is told."""

    def __init__(self, projection: Projection) -> None:
        self._follower = projection.name
        self.schema = schema_of(projection, Build.LIVE)
        self.look_into = look_into_and_tell(self.schema)
        self.events_after = events_after(
            sql.SQL("(SELECT position FROM log.checkpoints WHERE follower = {})").format(
                sql.Literal(projection.name)
            )
        )

    def lock(self, cursor: Cursor[TupleRow]) -> int:
        """Lock the place until the transaction ends; gives the position."""
        return self.locked(cursor, self.ask_lock(cursor))

    def ask_lock(self, cursor: Cursor[TupleRow]) -> Cursor[TupleRow]:
        """Begin to lock the place; `locked` waits for it."""
        return ask(
            cursor,
            "SELECT position FROM log.checkpoints WHERE follower = %(follower)s FOR UPDATE",
            {"follower": self._follower},
        )

    def locked(self, cursor: Cursor[TupleRow], asked: Cursor[TupleRow]) -> int:
        """The position that the answer holds; a place that there is not yet is made."""
        row = asked.fetchone()
        if row:
            return int(row[0])
        cursor.execute(
            """
            INSERT INTO log.checkpoints (follower, position)
            VALUES (%(follower)s, 0)
            ON CONFLICT (follower) DO NOTHING
            """,
            {"follower": self._follower},
        )
        return self.locked(cursor, self.ask_lock(cursor))

    def move(self, cursor: Cursor[TupleRow], position: int, changed: tuple[UUID, ...]) -> None:
        """Move to `position` and tell who waits for it, both when the transaction commits."""
        named = changed if len(changed) <= MOST_NAMED_MATCHES else None
        cursor.execute(
            """
            WITH moved AS (
                UPDATE log.checkpoints
                SET position = %(position)s, moved_at = clock_timestamp()
                WHERE follower = %(follower)s
            )
            SELECT pg_notify(%(channel)s, %(payload)s)
            """,
            {
                "position": position,
                "follower": self._follower,
                "channel": PROJECTED_CHANNEL,
                "payload": msgspec.json.encode(Projected(position, named)).decode(),
            },
        )


class BuildPlace:
    """The place of a build that is not live: kept in the build, and nobody waits for it."""

    def __init__(self, projection: Projection, build: Build) -> None:
        self.schema = schema_of(projection, build)
        self._table = sql.Identifier(self.schema, "build")
        self.look_into = look_into_and_tell(self.schema)
        self.events_after = events_after(sql.SQL("(SELECT position FROM {})").format(self._table))

    def lock(self, cursor: Cursor[TupleRow]) -> int:
        """Lock the place until the transaction ends; gives the position."""
        return self.locked(cursor, self.ask_lock(cursor))

    def ask_lock(self, cursor: Cursor[TupleRow]) -> Cursor[TupleRow]:
        """Begin to lock the place; `locked` waits for it."""
        lock = sql.SQL("SELECT position FROM {} FOR UPDATE").format(self._table)
        return ask(cursor, lock.as_bytes())

    def locked(self, cursor: Cursor[TupleRow], asked: Cursor[TupleRow]) -> int:  # noqa: ARG002  # there is always one
        """The position that the answer holds."""
        row = asked.fetchone()
        return row[0] if row else 0

    def move(self, cursor: Cursor[TupleRow], position: int, changed: tuple[UUID, ...]) -> None:  # noqa: ARG002  # nobody is told
        """Move to `position` when the transaction commits."""
        move = sql.SQL("UPDATE {} SET position = %(position)s").format(self._table)
        cursor.execute(move, {"position": position})


Place = LivePlace | BuildPlace
