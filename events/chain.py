"""The hash chain of the log: each event's hash covers its stored content and the hash before."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from msgspec import Struct

# What the first event of a log follows.
GENESIS: Final = bytes(32)


class StoredRow(Struct, frozen=True):
    """An event exactly as it lies in the log; `state` is its JSON, hashes are 32 bytes."""

    position: int
    match_id: UUID
    version: int
    name: str
    recorded_at: datetime
    state: bytes
    previous_hash: bytes
    hash: bytes


def digest(
    previous_hash: bytes,
    position: int,
    match_id: UUID,
    version: int,
    name: str,
    recorded_at: datetime,
    state: bytes,
) -> bytes:
    """SHA-256 over the content. Every field has a fixed length or is preceded by its length."""
    encoded = name.encode()
    return hashlib.sha256(
        b"".join(
            (
                previous_hash,
                position.to_bytes(8),
                match_id.bytes,
                version.to_bytes(8),
                len(encoded).to_bytes(4),
                encoded,
                _stamp(recorded_at),
                state,
            )
        )
    ).digest()


@lru_cache(maxsize=1)  # a group of events is recorded at one time
def _stamp(recorded_at: datetime) -> bytes:
    return recorded_at.astimezone(UTC).isoformat(timespec="microseconds").encode()


def digest_of(row: StoredRow) -> bytes:
    """The hash that `row` must have."""
    return digest(
        row.previous_hash,
        row.position,
        row.match_id,
        row.version,
        row.name,
        row.recorded_at,
        row.state,
    )


def first_fault(rows: Iterable[StoredRow]) -> str | None:
    """What is wrong with the first event that is, or None; `rows` are the whole log in order."""
    position, previous_hash = 0, GENESIS
    for row in rows:
        at = f"position {row.position} (match {row.match_id}, version {row.version})"
        if row.position != position + 1:
            return f"Events are missing between position {position} and {at}."
        if digest_of(row) != row.hash:
            return f"The event at {at} was altered."
        if row.previous_hash != previous_hash:
            return (
                f"The event at {at} does not follow the one before it:"
                " one of the two was inserted, replaced or moved."
            )
        position, previous_hash = row.position, row.hash
    return None
