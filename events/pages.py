"""Lists in pages: a cursor is the place after which the next page begins, as text."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Struct

from events.operations import Parameter
from events.refusals import Invalid

Cursor = TypeVar("Cursor", bound=Struct)

DEFAULT_LIMIT: Final = 100
GREATEST_LIMIT: Final = 500
LONGEST_CURSOR: Final = 300
CODE_BYTES: Final = 16
BAD_CURSOR: Final = "This cursor was not given out for this list; begin again without it."
OF_A_PAGE: Final = frozenset({"limit", "cursor"})

# What an operation that answers in pages takes and gives.
PARAMETERS: Final = (
    Parameter(
        name="limit",
        place="query",
        says="How many to answer with.",
        schema={
            "type": "integer",
            "minimum": 1,
            "maximum": GREATEST_LIMIT,
            "default": DEFAULT_LIMIT,
        },
    ),
    Parameter(
        name="cursor",
        place="query",
        says="The place in the list, as the `Link` header of the page before gives it.",
        schema={"type": "string", "maxLength": LONGEST_CURSOR},
    ),
)
PAGE: Final = ("Link",)


class Cursors:
    """Gives cursors out and takes them back: from the same player, for the same list alone.

    A cursor carries a code over all that, so that nobody can make one up.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def next_page(
        self, path: str, given: Mapping[str, str], cursor: Struct, owner_id: UUID
    ) -> dict[str, str]:
        """The header that leads to the page after `cursor` (RFC 8288), as `given` otherwise."""
        content = msgspec.json.encode(cursor)
        code = self._code(path, given, owner_id, content)
        text = base64.urlsafe_b64encode(code + content).decode().rstrip("=")
        return {"Link": f'<{path}?{urlencode({**given, "cursor": text})}>; rel="next"'}

    def cursor_of(
        self, path: str, given: Mapping[str, str], wanted: type[Cursor], owner_id: UUID
    ) -> Cursor | None:
        """The parameter `cursor`, or None where there is none; raises `Invalid`."""
        text = given.get("cursor")
        if text is None:
            return None
        try:
            padded = text[:LONGEST_CURSOR].encode("ascii") + b"=" * (-len(text) % 4)
            opened = base64.urlsafe_b64decode(padded)
            content = opened[CODE_BYTES:]
            if hmac.compare_digest(opened[:CODE_BYTES], self._code(path, given, owner_id, content)):
                return msgspec.json.decode(content, type=wanted)
        except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError):
            pass  # the last: one that another version gave out
        raise Invalid(BAD_CURSOR, {"cursor": [BAD_CURSOR]})

    def _code(self, path: str, given: Mapping[str, str], owner_id: UUID, content: bytes) -> bytes:
        """What only we can say about a place in a list of a player; pages may differ in size."""
        about = sorted((name, text) for name, text in given.items() if name not in OF_A_PAGE)
        place = f"{owner_id} {path}?{urlencode(about)} ".encode()
        return hmac.digest(self._key, place + content, "sha256")[:CODE_BYTES]
