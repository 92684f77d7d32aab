"""The keys of owners as lines of JSON and back, as wrapped as they are in the database.

Kept apart from an export of the log: without them its names are blank. Whoever keeps such a file
keeps the names of players who are erased later, so replace it by a newer one now and then.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import Connection


class KeyLine(Struct, frozen=True, kw_only=True):
    """One owner's key; `wrapped` is in base64, and None when the key was destroyed."""

    owner_id: UUID
    wrapped: bytes | None
    made_at: datetime
    destroyed_at: datetime | None


def key_lines(conn: Connection[Any]) -> Iterator[bytes]:
    """All keys as lines, without their line breaks."""
    cursor = conn.execute(
        "SELECT owner_id, wrapped, made_at, destroyed_at FROM keys.owners ORDER BY owner_id"
    )
    for owner_id, wrapped, made_at, destroyed_at in cursor:
        yield msgspec.json.encode(
            KeyLine(owner_id=owner_id, wrapped=wrapped, made_at=made_at, destroyed_at=destroyed_at)
        )


def import_keys(conn: Connection[Any], lines: Iterable[bytes]) -> int:
    """Take in keys that are not here yet; gives their number.

    Raises `msgspec.MsgspecError` for a line that is none.
    """
    taken = 0
    for line in lines:
        key = msgspec.json.decode(line, type=KeyLine)
        cursor = conn.execute(
            """
            INSERT INTO keys.owners (owner_id, wrapped, made_at, destroyed_at)
            VALUES (%(owner_id)s, %(wrapped)s, %(made_at)s, %(destroyed_at)s)
            ON CONFLICT (owner_id) DO NOTHING
            """,
            msgspec.structs.asdict(key),
        )
        taken += cursor.rowcount
    return taken
