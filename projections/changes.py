"""What happened to a player's matches, in the order of the log: one narrow row for each event.

Streams of events go on from here where they were cut off.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from events.columns import UUIDS
from events.log import Recorded
from events.match import Match
from events.matches import (
    ConfirmationExpired,
    ConfirmationReminded,
    ConfirmationRequested,
    ConfirmationWithdrawn,
    ExtractionFailed,
    ExtractionRequested,
    MatchDeleted,
    MatchDisputed,
    MatchEvent,
    MatchJoined,
    MatchRestored,
    MatchVerified,
    RemovedByFriend,
    RestoredByFriend,
    ScreenshotAttached,
    ScreenshotUploaded,
    StatsConfirmed,
    StatsCorrected,
    StatsExtracted,
)
from projections.upsert import Upsert, Writes

# What players are told of; other events leave no row. A kind never changes its meaning.
KINDS: Final[Mapping[type[MatchEvent], str]] = {
    ScreenshotUploaded: "uploaded",
    ExtractionRequested: "reading",
    StatsExtracted: "extracted",
    ExtractionFailed: "failed",
    StatsConfirmed: "confirmed",
    StatsCorrected: "corrected",
    MatchDeleted: "deleted",
    MatchRestored: "restored",
    RemovedByFriend: "deleted",
    RestoredByFriend: "restored",
    MatchJoined: "joined",
    ConfirmationRequested: "confirmation_requested",
    ConfirmationWithdrawn: "confirmation_withdrawn",
    ConfirmationExpired: "confirmation_expired",
    ConfirmationReminded: "confirmation_reminded",
    MatchVerified: "verified",
    MatchDisputed: "disputed",
    ScreenshotAttached: "attached",
}
# What one player does to the own list is not told to the other.
_TO_OWNER: Final = (MatchDeleted, MatchRestored, MatchJoined)
_TO_FRIEND: Final = (RemovedByFriend, RestoredByFriend)
COLUMNS: Final = {
    "position": "int8",
    "owner_id": "uuid",
    "match_id": "uuid",
    "version": "int8",
    "kind": "text",
}
_INSERT: Final = Upsert("changes", COLUMNS, key=None)

# A row in the binary form of COPY, up to the kind: there are several of them for each match.
_HEAD: Final = struct.Struct(">hiqi16si16siqi")

Row = tuple[int, UUID, UUID, int, str]


def rows_of(position: int, event: MatchEvent, match: Match) -> Iterable[Row]:
    """The rows of an event of `match`, as the match is in the end: one for each player it is told.

    A friend is told what happened since the match is theirs.
    """
    kind = KINDS.get(type(event))
    if kind is None:
        return
    if not match.is_erased and not isinstance(event, _TO_FRIEND):
        yield (position, match.owner_id, event.match_id, event.version, kind)
    friend = match.sharer
    is_theirs = friend and friend.since is not None and friend.since <= event.version
    if friend and is_theirs and not isinstance(event, _TO_OWNER):
        yield (position, friend.player_id, event.match_id, event.version, kind)


def ready(happened: Iterable[tuple[int, MatchEvent]], match: Match) -> bytes:
    """The rows of these events of `match`, each with its position, ready to be copied."""
    match_id, owner_id = match.id.bytes, match.owner_id.bytes
    if match.sharing is None:  # most are: all is told to the owner, and to nobody else
        return b"".join(
            [
                _ready(position, owner_id, match_id, event.version, kind)
                for position, event in happened
                if (kind := KINDS.get(type(event)))
            ]
        )
    return b"".join(
        _ready(position, player_id.bytes, match_id, version, kind)
        for position, event in happened
        for position, player_id, _, version, kind in rows_of(position, event, match)
    )


def _ready(position: int, owner_id: bytes, match_id: bytes, version: int, kind: str) -> bytes:
    """A row of `COLUMNS`, ready to be copied."""
    encoded = kind.encode()
    head = _HEAD.pack(5, 8, position, 16, owner_id, 16, match_id, 8, version, len(encoded))
    return head + encoded


def write(
    writes: Writes,
    batch: Sequence[Recorded],
    after: Mapping[UUID, Match],
    erased: Sequence[Match],
) -> None:
    """Add the rows of a batch, which leads to the matches `after`; `erased` halves leave."""
    rows: list[Row] = []
    for recorded in batch:
        match = after.get(recorded.event.match_id)
        if match:
            rows.extend(rows_of(recorded.position, recorded.event, match))
    writes.add(_INSERT, rows)
    _remove(writes, erased)


def _remove(writes: Writes, erased: Sequence[Match]) -> None:
    if not erased:
        return
    found: dict[str, Any] = {
        "owners": UUIDS.column([half.owner_id for half in erased]),
        "matches": UUIDS.column([half.id for half in erased]),
    }
    writes.flush().execute(
        """
        DELETE FROM changes
        WHERE owner_id = ANY(%(owners)s) AND (owner_id, match_id) IN (
            SELECT * FROM unnest(%(owners)s::uuid[], %(matches)s::uuid[])
        )
        """,
        found,
    )
