"""How a rebuild and its folding processes talk: four bytes of length, then a message."""

import struct
from typing import Final
from uuid import UUID

from msgspec import Struct

from projections.portions import Portion
from projections.stored import Part

LENGTH: Final = struct.Struct(">I")


class Task(Struct, frozen=True):
    """What a process shall fold: the events of a part up to a position, as a snapshot shows them.

    `keys` unseal names. They are why this goes through a pipe, where nobody else can read it.
    """

    conninfo: str
    snapshot: str
    upto: int
    part: Part
    projection: str
    keys: dict[UUID, bytes] | None


class Answer(Struct, frozen=True):
    """A portion, or why there will be none any more."""

    portion: Portion = Portion()
    problem: str | None = None


def framed(message: bytes) -> bytes:
    """`message` with its length before it."""
    return LENGTH.pack(len(message)) + message
