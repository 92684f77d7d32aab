"""Which matches show a screen that their owner sent before: the same numbers, and a like picture.

Statistics screens look much alike, so that their pictures alone tell nothing; and two matches that
were hardly played may have equal numbers. It takes both. Only duplicates have a row.
"""

import hashlib
from collections.abc import Iterable
from typing import Final, LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import Cursor
from psycopg.rows import TupleRow

from events.columns import TEXTS, UUIDS
from events.match import Match
from events.questions import Gathered
from events.reading import Reading
from events.statement_pool import StatementPool
from events.statements import Statement
from projections.piped import Session

# With fewer statistics read on both sides, equal ones prove little.
FEWEST_STATISTICS: Final = 10
# A screen that was compressed, scaled or tinted again differs in at most so many of 64 bits.
MOST_DIFFERENT_BITS: Final = 10

_OF: Final = Statement(
    """
    SELECT place, duplicate_of
    FROM unnest(%(keys_0)s::uuid[], %(keys_1)s::uuid[])
        WITH ORDINALITY AS asked(owner_id, match_id, place)
    JOIN read_models.duplicates USING (owner_id, match_id)
    """
)

Change = tuple[Match | None, Match]


class Looks(Struct, frozen=True):
    """What is compared: a digest of the numbers, and the likeness as a signed number."""

    reading_key: str
    likeness: int


def looks_of(match: Match | None) -> Looks | None:
    """What a match is compared by; None for one that is compared with no other."""
    reading = match.reading if match and not match.is_erased else None
    if reading is None or reading.likeness is None or not _is_telling(reading):
        return None
    numbers = (reading.screen, reading.phase, reading.score, reading.penalties, reading.stats)
    content = msgspec.json.encode(numbers, order="sorted")
    likeness = int.from_bytes(bytes.fromhex(reading.likeness), signed=True)
    return Looks(hashlib.blake2b(content, digest_size=16).hexdigest(), likeness)


def write(session: Session, changes: Iterable[Change]) -> None:
    """Find anew the duplicates among those that share numbers with what changed.

    The rows of `matches` are written already.
    """
    owners, keys, changed, changed_owners = [], [], [], []
    for before, after in changes:
        if _compared(before) == _compared(after):
            continue
        changed.append(after.id)
        changed_owners.append(after.owner_id)
        for looks in {looks_of(before), looks_of(after)} - {None}:
            owners.append(after.owner_id)
            keys.append(looks.reading_key if looks else "")
    if not keys:
        return
    values = {
        "owners": UUIDS.column(owners),
        "keys": TEXTS.column(keys),
        "changed": UUIDS.column(changed),
        "changed_owners": UUIDS.column(changed_owners),
        "most_bits": MOST_DIFFERENT_BITS,
    }
    session.execute(
        """
        DELETE FROM duplicates
        WHERE (match_id, owner_id) IN (
            SELECT * FROM unnest(%(changed)s::uuid[], %(changed_owners)s::uuid[])
        ) OR (match_id, owner_id) IN (
            SELECT match_id, owner_id
            FROM matches
            WHERE (owner_id, reading_key) IN (
                SELECT * FROM unnest(%(owners)s::uuid[], %(keys)s::text[])
            )
        )
        """,
        values,
    )
    session.execute(_FIND + _AMONG + _FIRST_OF_EACH, values)


def fill(cursor: Cursor[TupleRow]) -> None:
    """Fill the table, which is empty, from the rows of `matches`, which may have no index yet."""
    cursor.execute(_FIND + _FIRST_OF_EACH, {"most_bits": MOST_DIFFERENT_BITS})


class Duplicates:
    """Tells the command side what the read models found."""

    def __init__(self, pool: StatementPool) -> None:
        self._found = Gathered(pool, _OF)

    async def of(self, owner_id: UUID, match_id: UUID) -> UUID | None:
        """The player's first match with the same screen, if this one is not the first."""
        row = await self._found.row(owner_id, match_id)
        return row[0] if row else None


_FIND: Final[LiteralString] = """
INSERT INTO duplicates (match_id, owner_id, duplicate_of)
SELECT DISTINCT ON (later.match_id, owner_id) later.match_id, owner_id, first.match_id
FROM matches AS later
JOIN matches AS first USING (owner_id, reading_key)
WHERE NOT first.is_deleted AND NOT later.is_deleted
  AND (first.created_at, first.match_id) < (later.created_at, later.match_id)
  AND bit_count((first.likeness # later.likeness)::bit(64)) <= %(most_bits)s
"""
_AMONG: Final[LiteralString] = """
  AND (owner_id, reading_key) IN (SELECT * FROM unnest(%(owners)s::uuid[], %(keys)s::text[]))
"""
_FIRST_OF_EACH: Final[LiteralString] = """
ORDER BY later.match_id, owner_id, first.created_at, first.match_id
"""


def _is_telling(reading: Reading) -> bool:
    complete = sum(sides.is_complete for sides in reading.stats.values())
    return complete >= FEWEST_STATISTICS and reading.score.is_complete


def _compared(match: Match | None) -> Looks | None:
    return None if match is None or match.is_deleted else looks_of(match)
