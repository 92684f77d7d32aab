"""Where a build stands in the log, and how that is locked and moved."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import msgspec
from psycopg import sql
from psycopg.rows import TupleRow

from events.progress import PROJECTED_CHANNEL, Projected
from projections.builds import Build, look_into_and_tell, schema_of
from projections.piped import Session, ask
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

    def lock(self, session: Session) -> int:
        """Lock the place until the transaction ends; gives the position."""
        return self.locked(session, self.ask_lock(session))

    def ask_lock(self, session: Session) -> Iterable[TupleRow]:
        """Begin to lock the place; `locked` waits for it."""
        return ask(
            session,
            "SELECT position FROM log.checkpoints WHERE follower = %(follower)s FOR UPDATE",
            {"follower": self._follower},
        )

    def locked(self, session: Session, asked: Iterable[TupleRow]) -> int:
        """The position that the answer holds; a place that there is not yet is made."""
        for (position,) in asked:
            return int(position)
        session.execute(
            """
            INSERT INTO log.checkpoints (follower, position)
            VALUES (%(follower)s, 0)
            ON CONFLICT (follower) DO NOTHING
            """,
            {"follower": self._follower},
        )
        return self.locked(session, self.ask_lock(session))

    def move(self, session: Session, position: int, changed: tuple[UUID, ...]) -> None:
        """Move to `position` and tell who waits for it, both when the transaction commits."""
        named = changed if len(changed) <= MOST_NAMED_MATCHES else None
        session.execute(
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

    def lock(self, session: Session) -> int:
        """Lock the place until the transaction ends; gives the position."""
        return self.locked(session, self.ask_lock(session))

    def ask_lock(self, session: Session) -> Iterable[TupleRow]:
        """Begin to lock the place; `locked` waits for it."""
        lock = sql.SQL("SELECT position FROM {} FOR UPDATE").format(self._table)
        return ask(session, lock.as_string())

    def locked(self, session: Session, asked: Iterable[TupleRow]) -> int:  # noqa: ARG002  # there is always one
        """The position that the answer holds."""
        return next((int(position) for (position,) in asked), 0)

    def move(self, session: Session, position: int, changed: tuple[UUID, ...]) -> None:  # noqa: ARG002  # nobody is told
        """Move to `position` when the transaction commits."""
        move = sql.SQL("UPDATE {} SET position = %(position)s").format(self._table)
        session.execute(move.as_string(), {"position": position})


Place = LivePlace | BuildPlace
