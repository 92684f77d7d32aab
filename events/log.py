"""The log of all matches: append, load, and read in the order of commits."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from eventsourcing.persistence import (
    EventStore,
    IntegrityError,
    InterfaceError,
    OperationalError,
    PersistenceError,
)
from eventsourcing.postgres import PostgresDatastore
from msgspec import Struct

from events.codec import EventMapper
from events.match import Match, evolve
from events.matches import MatchEvent
from events.recorder import LogRecorder, datastore
from events.refusals import Unavailable


class ConcurrentChange(Exception):
    """Somebody else changed the match first; load it again and decide anew."""


class Recorded(Struct, frozen=True):
    """An event and its position in the log. Positions grow, with gaps, in the order of commits."""

    position: int
    event: MatchEvent


class MatchLog:
    """The only truth. Synchronous, as the library is: call it from worker threads."""

    def __init__(self, store: PostgresDatastore, mapper: EventMapper | None = None) -> None:
        self._mapper = mapper or EventMapper()
        self._recorder = LogRecorder(store)
        self._store = EventStore(self._mapper, self._recorder)

    @classmethod
    def open(cls, conninfo: str, connections: int) -> "MatchLog":
        """The log in the database at `conninfo`, for at most `connections` threads at once."""
        return cls(datastore(conninfo, connections))

    def close(self) -> None:
        self._recorder.datastore.close()

    def drop_dead_connections(self) -> None:
        """Look at the pooled connections after trouble, so that no caller is given a dead one."""
        self._recorder.datastore.pool.check()

    def append(self, *events: MatchEvent) -> int:
        """Append the events of one command to one match; gives the position of the last.

        All of them or none, in one transaction with the command's id. A command that was
        appended before is not appended again and gives its first position. Raises
        `ConcurrentChange`, or `Unavailable` when the database is away.
        """
        command_id = events[0].cause.command_id
        try:
            recordings = self._store.put(events, command_id=command_id)
        except (IntegrityError, InterfaceError, OperationalError) as error:
            # None of them proves that nothing was written: the command log does.
            position = self._position_of(command_id)
            if position is not None:
                return position
            if isinstance(error, IntegrityError):
                raise ConcurrentChange from error
            raise Unavailable("The records cannot be reached; try again in a moment.") from error
        return recordings[-1].notification.id

    def load(
        self, match_id: UUID, *, version: int | None = None, as_of: datetime | None = None
    ) -> Match | None:
        """The match as it is, as it was at `version`, or as it was at the time `as_of`."""
        match = None
        for event in self.events(match_id, version=version):
            if as_of and event.cause.occurred_at > as_of:
                break
            match = evolve(match, event)
        return match

    def events(self, match_id: UUID, *, version: int | None = None) -> Sequence[MatchEvent]:
        """All events of the match in order, up to `version` if given."""
        try:
            return self._events_of(self._recorder.select_events(match_id, lte=version))
        except PersistenceError as error:
            raise Unavailable("The records cannot be reached; try again in a moment.") from error

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """At most `limit` events of all matches with positions greater than `after`, in order."""
        notifications = self._recorder.select_notifications(
            start=after, limit=limit, inclusive_of_start=False
        )
        events = self._events_of(notifications)
        return [Recorded(n.id, e) for n, e in zip(notifications, events, strict=True)]

    def head(self) -> int:
        """The position of the last event, 0 when there is none."""
        return self._recorder.max_notification_id() or 0

    def _position_of(self, command_id: UUID) -> int | None:
        try:
            return self._recorder.position_of(command_id)
        except PersistenceError as error:
            raise Unavailable("The records cannot be reached; try again in a moment.") from error

    def _events_of(self, stored: Iterable[object]) -> list[MatchEvent]:
        return [cast(MatchEvent, self._mapper.to_domain_event(s)) for s in stored]  # type: ignore[arg-type]
