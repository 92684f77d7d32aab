"""Lists in pages: a page says where the next begins, and a cursor is that place as text."""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Struct

from events.operations import Parameter
from events.refusals import Invalid

Item = TypeVar("Item")
Place = TypeVar("Place", bound=Struct)

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


class Page(Struct, Generic[Item, Place], frozen=True):
    """What stands on a page, and the place to go on from if there is more."""

    items: Sequence[Item]
    following: Place | None


def page_of(
    found: Sequence[Item], limit: int, place_of: Callable[[Item], Place]
) -> Page[Item, Place]:
    """The page that is made of `limit` and one more, which only says that there is more."""
    if len(found) <= limit:
        return Page(found, None)
    return Page(found[:limit], place_of(found[limit - 1]))


class Cursors:
    """Gives cursors out and takes them back: from the same player, for the same list alone.

    A cursor carries a code over all that, so that nobody can make one up.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def next_page(
        self, path: str, given: Mapping[str, str], following: Struct | None, owner_id: UUID
    ) -> dict[str, str]:
        """The header that leads to the page after a place (RFC 8288), as `given` otherwise.

        None after the last page, which no place follows.
        """
        if following is None:
            return {}
        content = msgspec.json.encode(following)
        code = self._code(path, given, owner_id, content)
        text = base64.urlsafe_b64encode(code + content).decode().rstrip("=")
        return {"Link": f'<{path}?{urlencode({**given, "cursor": text})}>; rel="next"'}

    def cursor_of(
        self, path: str, given: Mapping[str, str], wanted: type[Place], owner_id: UUID
    ) -> Place | None:
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
