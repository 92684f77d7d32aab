"""What happened to a player's matches, in the order of the log: one narrow row for each event.

Streams of events go on from here where they were cut off.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import TupleRow

from events.log import Recorded
from events.match import Match
from events.matches import (
    ExtractionFailed,
    ExtractionRequested,
    MatchDeleted,
    MatchEvent,
    MatchRestored,
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
}
COPY_TYPES: Final = ("int8", "uuid", "uuid", "int8", "text")
_INSERT: Final = Upsert(
    "changes",
    dict(zip(("position", "owner_id", "match_id", "version", "kind"), COPY_TYPES, strict=True)),
    key=None,
)
_COPY: Final = """
COPY changes (position, owner_id, match_id, version, kind) FROM STDIN (FORMAT binary, FREEZE)
"""

Row = tuple[int, UUID, UUID, int, str]


def row_of(position: int, event: MatchEvent, owner_id: UUID) -> Row | None:
    """The row of an event, or None where players are not told of it."""
    kind = KINDS.get(type(event))
    return (position, owner_id, event.match_id, event.version, kind) if kind else None


def write(writes: Writes, batch: Sequence[Recorded], after: Mapping[UUID, Match]) -> None:
    """Add the rows of a batch; what is erased leaves. `after` are the matches it leads to."""
    rows = []
    for recorded in batch:
        match = after.get(recorded.event.match_id)
        if match is None or match.is_erased:
            continue
        if row := row_of(recorded.position, recorded.event, match.owner_id):
            rows.append(row)
    writes.add(_INSERT, rows)
    _remove(writes, [match for match in after.values() if match.is_erased])


def copy_in(cursor: Cursor[TupleRow], rows: Iterable[Row]) -> None:
    """Add rows to the table, which is new in this transaction."""
    with cursor.copy(_COPY) as copy:
        copy.set_types(COPY_TYPES)
        for row in rows:
            copy.write_row(row)


def _remove(writes: Writes, erased: Sequence[Match]) -> None:
    if not erased:
        return
    found: dict[str, Any] = {
        "owners": list({match.owner_id for match in erased}),
        "matches": [match.id for match in erased],
    }
    writes.flush().execute(
        "DELETE FROM changes WHERE owner_id = ANY(%(owners)s) AND match_id = ANY(%(matches)s)",
        found,
    )
