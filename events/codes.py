"""Codes by which a player asks the other one to confirm a match: secrets that name their match.

A code is 46 characters: the match, so that nobody has to look it up, and 144 bits that only we can
make and that are stored as a hash alone.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final
from uuid import UUID

ID_BYTES: Final = 16
SECRET_BYTES: Final = 18
LENGTH: Final = 46


def new_code(key: bytes, match_id: UUID, command_id: UUID) -> str:
    """The code of the request that `command_id` makes: the same one when it is repeated."""
    about = match_id.bytes + command_id.bytes
    return _text(match_id.bytes + hmac.digest(key, about, "sha256")[:SECRET_BYTES])


def match_of(code: str) -> UUID | None:
    """The match that a code names; None for what is no code."""
    if len(code) != LENGTH or not code.isascii():
        return None
    try:
        content = base64.urlsafe_b64decode(code + "==")
    except binascii.Error:
        return None
    if len(content) != ID_BYTES + SECRET_BYTES or _text(content) != code:
        return None
    return UUID(bytes=content[:ID_BYTES])


def hash_of(code: str) -> str:
    """The form in which a code is stored: SHA-256 in hexadecimal."""
    return hashlib.sha256(code.encode()).hexdigest()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
