"""Where a build stands in the log, and how that is locked and moved."""

from typing import Final
from uuid import UUID

import msgspec
from psycopg import Cursor, sql
from psycopg.rows import TupleRow

from events.progress import PROJECTED_CHANNEL, Projected
from projections.builds import Build, schema_of
from projections.projection import Projection

# A payload of NOTIFY holds at most 8,000 bytes; a match in it takes 39.
MOST_NAMED_MATCHES: Final = 150


class LivePlace:
    """The place of the live build: a checkpoint of the log, and every move of it is told."""

    def __init__(self, projection: Projection) -> None:
        self._follower = projection.name
        self.schema = schema_of(projection, Build.LIVE)
        self.position = sql.SQL(
            "(SELECT position FROM log.checkpoints WHERE follower = {})"
        ).format(sql.Literal(projection.name))

    def lock(self, cursor: Cursor[TupleRow]) -> int:
        """Lock the place until the transaction ends; gives the position."""
        position = self._locked(cursor)
        if position is not None:
            return position
        cursor.execute(
            """
            INSERT INTO log.checkpoints (follower, position)
            VALUES (%(follower)s, 0)
            ON CONFLICT (follower) DO NOTHING
            """,
            {"follower": self._follower},
        )
        return self._locked(cursor) or 0

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

    def _locked(self, cursor: Cursor[TupleRow]) -> int | None:
        cursor.execute(
            "SELECT position FROM log.checkpoints WHERE follower = %(follower)s FOR UPDATE",
            {"follower": self._follower},
        )
        row = cursor.fetchone()
        return row[0] if row else None


class BuildPlace:
    """The place of a build that is not live: kept in the build, and nobody waits for it."""

    def __init__(self, projection: Projection, build: Build) -> None:
        self.schema = schema_of(projection, build)
        self._table = sql.Identifier(self.schema, "build")
        self.position = sql.SQL("(SELECT position FROM {})").format(self._table)

    def lock(self, cursor: Cursor[TupleRow]) -> int:
        """Lock the place until the transaction ends; gives the position."""
        cursor.execute(sql.SQL("SELECT position FROM {} FOR UPDATE").format(self._table))
        row = cursor.fetchone()
        return row[0] if row else 0

    def move(self, cursor: Cursor[TupleRow], position: int, changed: tuple[UUID, ...]) -> None:  # noqa: ARG002  # nobody is told
        """Move to `position` when the transaction commits."""
        move = sql.SQL("UPDATE {} SET position = %(position)s").format(self._table)
        cursor.execute(move, {"position": position})


Place = LivePlace | BuildPlace
