"""Names in the log, sealed under a key of their owner: without the key they read as blank.

AES-256-GCM, one nonce a box, bound to the event that it lies in: a box that is altered, or moved
to another event, does not open.
"""

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from msgspec.structs import force_setattr

NONCE_BYTES: Final = 12

# A field of an event: what finds the struct that holds it, unless it is the event, and its name.
Place = tuple[Callable[[Struct], Struct] | None, str]


class BrokenSeal(Exception):
    """A box in the log does not open with its owner's key: it was altered or moved."""


class Keys(Protocol):
    """The keys of owners."""

    def of(self, owner_id: UUID) -> AESGCM | None:
        """The owner's key; None when it was destroyed."""

    def made_for(self, owner_id: UUID) -> AESGCM:
        """The owner's key, made when there is none; raises `NotFound` when it was destroyed."""


class Names(Struct, frozen=True):
    """Where an event holds names: paths with dots, each with what stands there without the key.

    `owner` is the field that says whose key seals them.
    """

    owner: str
    blanks: Mapping[str, Any]
    decoder: msgspec.json.Decoder[tuple[Any, ...]]

    def taken_from(self, fields: dict[str, Any]) -> list[Any] | None:
        """Take the names out of stored fields, leaving the blanks; None when all are blank."""
        names = []
        for path, blank in self.blanks.items():
            holder, name = _holder(fields, path)
            names.append(holder[name])
            holder[name] = blank
        return names if names != list(self.blanks.values()) else None

    def put_into(self, fields: dict[str, Any], names: tuple[Any, ...]) -> None:
        """Put the names back into stored fields."""
        for path, value in zip(self.blanks, names, strict=True):
            holder, name = _holder(fields, path)
            holder[name] = value

    @property
    def places(self) -> tuple[Place, ...]:
        """Where an event holds the names, found once for `put_into_event`."""
        steps = map(_steps, self.blanks)
        return tuple(
            (attrgetter(".".join(outer)) if outer else None, name) for outer, name in steps
        )


def put_into_event(event: Struct, places: tuple[Place, ...], names: tuple[Any, ...]) -> None:
    """Put the names into an event that is still being made and that nobody has seen yet."""
    for (holder_in, name), value in zip(places, names, strict=True):
        force_setattr(holder_in(event) if holder_in else event, name, value)


def seal(key: AESGCM, names: list[Any], about: bytes) -> bytes:
    """The names as a box, in base64; `about` says where it lies."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + key.encrypt(nonce, msgspec.json.encode(names), about))


def unseal(key: AESGCM, box: bytes, about: bytes) -> bytes:
    """What `seal` put into the box, as JSON; raises `BrokenSeal`."""
    try:
        sealed = binascii.a2b_base64(box, strict_mode=True)
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
    except (ValueError, InvalidTag):
        raise BrokenSeal("The names of an event do not open with their owner's key.") from None


def _holder(fields: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    outer, name = _steps(path)
    for step in outer:
        fields = fields[step]
    return fields, name


@cache
def _steps(path: str) -> tuple[list[str], str]:
    """The way to a field, and its name: of a few paths, with every event."""
    *outer, name = path.split(".")
    return outer, name
