"""A group of commands that are appended together: which can be, and as which rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from msgspec import Struct

from events.answers import Answer, Verdict
from events.chain import GENESIS, StoredRow, digest
from events.refusals import Unprocessable

OTHER_REQUEST = "This Idempotency-Key was used for another request before."


class ConcurrentChange(Exception):
    """Somebody else changed the match first; load it again and decide anew."""


class Append(Struct, frozen=True, eq=False):
    """The events of one command, those of each match in order, and where the answer goes.

    `fingerprint` tells another request under the same command id; None for commands that are not
    sent again from outside.
    """

    events: Sequence[StoredEvent]
    command_id: UUID
    fingerprint: bytes | None
    answer: Answer


class Place(Struct, frozen=True):
    """The end of the log, and the time for what is written after it."""

    position: int
    hash: bytes
    recorded_at: datetime

    @classmethod
    def after(cls, position: int | None, last_hash: bytes | None, now: datetime) -> Self:
        """The place after the last event; there is none in an empty log."""
        return cls(position or 0, last_hash or GENESIS, now)


class Known(Struct, frozen=True):
    """What the log holds of a group: positions and fingerprints of its commands, last versions."""

    commands: dict[UUID, tuple[int, bytes | None]]
    versions: dict[UUID, int]


class Judged(Struct, frozen=True):
    """The verdicts in the order of the group, and what is to be written."""

    verdicts: list[Verdict]
    rows: list[StoredRow]
    commands: list[tuple[UUID, int, bytes | None]]


def judge(group: Sequence[Append], place: Place, known: Known) -> Judged:
    """Which commands of the group are appended, as which rows, if nobody else writes now.

    Each is judged as if those before it in the group were written already.
    """
    commands, versions = dict(known.commands), dict(known.versions)
    judged = Judged([], [], [])
    for append in group:
        if append.command_id in commands:
            judged.verdicts.append(_repeated(append, *commands[append.command_id]))
            continue
        if not _follows(append, versions):
            judged.verdicts.append(ConcurrentChange())
            continue
        for event in append.events:
            row = _row(event, place)
            judged.rows.append(row)
            place = Place(row.position, row.hash, place.recorded_at)
            versions[row.match_id] = row.version
        commands[append.command_id] = (place.position, append.fingerprint)
        judged.commands.append((append.command_id, place.position, append.fingerprint))
        judged.verdicts.append(place.position)
    return judged


def _repeated(append: Append, position: int, fingerprint: bytes | None) -> Verdict:
    return position if fingerprint == append.fingerprint else Unprocessable(OTHER_REQUEST)


def _follows(append: Append, versions: dict[UUID, int]) -> bool:
    """Whether the events follow the last version of their matches without a gap."""
    lasts: dict[UUID, int] = {}
    for event in append.events:
        match_id = match_of(event)
        last = lasts.get(match_id) or versions.get(match_id, 0)
        if event.originator_version != last + 1:
            return False
        lasts[match_id] = last + 1
    return True


def _row(event: StoredEvent, after: Place) -> StoredRow:
    position = after.position + 1
    match_id, version, name = match_of(event), event.originator_version, event.topic
    return StoredRow(
        position=position,
        match_id=match_id,
        version=version,
        name=name,
        recorded_at=after.recorded_at,
        state=event.state,
        previous_hash=after.hash,
        hash=digest(after.hash, position, match_id, version, name, after.recorded_at, event.state),
    )


def match_of(event: StoredEvent) -> UUID:
    """The match that an event is of."""
    assert isinstance(event.originator_id, UUID)  # noqa: S101  # the library's type is wider
    return event.originator_id
