"""The log of all matches: append, load, and read in the order of commits."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Final, cast
from uuid import UUID

from eventsourcing.persistence import PersistenceError, StoredEvent
from msgspec import Struct
from psycopg import OperationalError

from events.answers import Answer, LoopAnswer, ThreadAnswer
from events.codec import EventMapper
from events.group import OTHER_REQUEST, ConcurrentChange
from events.histories import last_position, stored_events
from events.match import Match, evolve, fold
from events.matches import MatchEvent
from events.recorder import LogRecorder, datastore
from events.refusals import Unavailable, Unprocessable
from events.sealing import Keys
from events.statement_pool import StatementPool
from events.writer import AWAY, Writer

__all__ = ["ConcurrentChange", "MatchLog", "Recorded"]

# A server that hangs must not hang its callers.
ANSWER_WITHIN_SECONDS: Final = 2.5


class Recorded(Struct, frozen=True):
    """An event and its position in the log: 1, 2, 3 ... in the order of commits."""

    position: int
    event: MatchEvent


def until(events: Iterable[MatchEvent], as_of: datetime | None) -> Iterator[MatchEvent]:
    """The events of a match up to the first that happened after `as_of`, all without it."""
    return takewhile(lambda event: as_of is None or event.cause.occurred_at <= as_of, events)


class MatchLog:
    """The only truth. Reading is synchronous, as the library is: do it in worker threads.

    `pool` is for those who load a match in the event loop.
    """

    def __init__(
        self,
        conninfo: str,
        connections: int,
        mapper: EventMapper | None = None,
        pool: StatementPool | None = None,
    ) -> None:
        self._pool = pool
        self._mapper = mapper or EventMapper()
        self._writer = Writer(conninfo)
        self._recorder = LogRecorder(datastore(conninfo, connections), self._writer)

    @classmethod
    def open(
        cls,
        conninfo: str,
        connections: int,
        keys: Keys | None = None,
        pool: StatementPool | None = None,
    ) -> "MatchLog":
        """The log in the database at `conninfo`, read by at most `connections` threads at once.

        Without `keys` it cannot read names, and writes them as they are: see `EventMapper`.
        """
        return cls(conninfo, connections, EventMapper(keys=keys), pool)

    def close(self) -> None:
        """Write what waits, and let go of the connections."""
        self._writer.close()
        self._recorder.datastore.close()

    def drop_dead_connections(self) -> None:
        """Look at the pooled connections after trouble, so that no caller is given a dead one."""
        self._recorder.datastore.pool.check()

    def append(self, *events: MatchEvent, fingerprint: bytes | None = None) -> int:
        """Append the events of one command, mostly of one match; gives the position of the last.

        All of them or none, in one transaction with the command's id, and with what other callers
        append at the same time. A command that was appended before is not appended again and gives
        its first position; `Unprocessable` if it then had another `fingerprint`. Raises
        `ConcurrentChange`, or `Unavailable` when the database does not answer in time: only then
        it is not known whether the events were appended.
        """
        answer = ThreadAnswer()
        self._submit(events, fingerprint, answer)
        try:
            return answer.wait(ANSWER_WITHIN_SECONDS)
        except TimeoutError:
            raise Unavailable(AWAY) from None

    async def append_soon(self, *events: MatchEvent, fingerprint: bytes | None = None) -> int:
        """The same without a thread that waits."""
        answer = LoopAnswer()
        if any(self._mapper.lacks_key_for(event) for event in events):
            await asyncio.to_thread(self._submit, events, fingerprint, answer)
        else:
            self._submit(events, fingerprint, answer)
        try:
            return await answer.wait(ANSWER_WITHIN_SECONDS)
        except TimeoutError:
            raise Unavailable(AWAY) from None

    def load(
        self, match_id: UUID, *, version: int | None = None, as_of: datetime | None = None
    ) -> Match | None:
        """The match as it is, as it was at `version`, or as it was at the time `as_of`."""
        match = None
        for event in until(self.events(match_id, version=version), as_of):
            match = evolve(match, event)
        return match

    async def load_soon(self, match_id: UUID) -> Match | None:
        """The match as it is, without a thread that waits where that can be."""
        if self._pool is None:
            return await asyncio.to_thread(self.load, match_id)
        stored = await stored_events(self._pool, match_id)
        if not stored:
            return None
        if self._mapper.lacks_key_to_read(stored):
            return fold(await asyncio.to_thread(self._events_of, stored))
        return fold(self._events_of(stored))

    async def position_soon(self, match_id: UUID) -> int:
        """The position of the last event of a match that has any."""
        if self._pool is None:
            return await asyncio.to_thread(self._recorder.last_position, match_id)
        return await last_position(self._pool, match_id)

    def events(self, match_id: UUID, *, version: int | None = None) -> Sequence[MatchEvent]:
        """All events of the match in order, up to `version` if given."""
        try:
            return self._events_of(self._recorder.select_events(match_id, lte=version))
        except PersistenceError as error:
            raise Unavailable(AWAY) from error

    def histories(self, match_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[MatchEvent]]:
        """All events of each of the matches in order, with one statement."""
        histories: dict[UUID, list[MatchEvent]] = {match_id: [] for match_id in match_ids}
        try:
            stored = self._recorder.select_histories(match_ids)
        except PersistenceError as error:
            raise Unavailable(AWAY) from error
        for event in self._events_of(stored):
            histories[event.match_id].append(event)
        return histories

    def read(self, after: int, limit: int) -> Sequence[Recorded]:
        """At most `limit` events of all matches with positions greater than `after`, in order."""
        notifications = self._recorder.select_notifications(
            start=after, limit=limit, inclusive_of_start=False
        )
        events = self._events_of(notifications)
        return [Recorded(n.id, e) for n, e in zip(notifications, events, strict=True)]

    def position_of(self, command_id: UUID, fingerprint: bytes | None = None) -> int | None:
        """The position of the last event that the command wrote, None if it wrote none.

        Raises `Unprocessable` if it was written with another `fingerprint`.
        """
        try:
            known = self._recorder.command(command_id)
        except PersistenceError as error:
            raise Unavailable(AWAY) from error
        if known is None:
            return None
        position, first_fingerprint = known
        if first_fingerprint != fingerprint:
            raise Unprocessable(OTHER_REQUEST)
        return position

    def head(self) -> int:
        """The position of the last event, 0 when there is none."""
        return self._recorder.max_notification_id() or 0

    def _submit(
        self, events: Sequence[MatchEvent], fingerprint: bytes | None, answer: Answer
    ) -> None:
        try:
            stored = [self._mapper.to_stored_event(event) for event in events]
        except OperationalError as error:  # the owner's key could not be asked for
            raise Unavailable(AWAY) from error
        command_id = events[0].cause.command_id
        self._recorder.submit(stored, answer, command_id=command_id, fingerprint=fingerprint)

    def _events_of(self, stored: Iterable[StoredEvent]) -> list[MatchEvent]:
        try:
            return [cast(MatchEvent, self._mapper.to_domain_event(s)) for s in stored]
        except OperationalError as error:  # an owner's key could not be asked for
            raise Unavailable(AWAY) from error
