"""Lists in pages: a cursor is the place after which the next page begins, as text."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from events.operations import Parameter
from events.refusals import Invalid

Cursor = TypeVar("Cursor", bound=Struct)

DEFAULT_LIMIT: Final = 100
GREATEST_LIMIT: Final = 500
LONGEST_CURSOR: Final = 200
BAD_CURSOR: Final = "This cursor was not given out here; begin again without it."

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


def next_page(path: str, limit: int, cursor: Struct) -> dict[str, str]:
    """The header that leads to the page after `cursor` (RFC 8288)."""
    text = base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")
    return {"Link": f'<{path}?limit={limit}&cursor={text}>; rel="next"'}


def cursor_of(given: Mapping[str, str], wanted: type[Cursor]) -> Cursor | None:
    """The parameter `cursor`, or None where there is none; raises `Invalid`."""
    text = given.get("cursor")
    if text is None:
        return None
    try:
        # Longer ones are cut, and so broken: a deep one would exhaust the decoder.
        padded = text[:LONGEST_CURSOR].encode("ascii") + b"=" * (-len(text) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=wanted)
    except (UnicodeEncodeError, binascii.Error, msgspec.MsgspecError, ValueError):
        raise Invalid(BAD_CURSOR, {"cursor": [BAD_CURSOR]}) from None
