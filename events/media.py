"""Addresses of pictures that need no token: signed for one match and one size, good for minutes.

Whoever has such an address sees the picture until it runs out: it is for `<img src>`, and is made
anew with every answer. All answers of a quarter of an hour hold the same one, so that browsers
find what they fetched before.
"""

import base64
import hmac
from enum import StrEnum
from functools import lru_cache
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from events.match_view import MatchView, Pictures

QUARTER_SECONDS: Final = 900
SIGNATURE_BYTES: Final = 16
MOST_KEPT: Final = 4096  # matches whose addresses are kept ready
_PICTURES: Final = '"screenshot":"/api/matches/'
_ID: Final = slice(len('{"id":"'), len('{"id":"') + 36)


class Size(StrEnum):
    """How large a picture is wanted."""

    FULL = "full"
    THUMB = "thumb"


def expiry(now: float) -> int:
    """When an address that is made `now` runs out: after a quarter to half an hour."""
    return (int(now) // QUARTER_SECONDS + 2) * QUARTER_SECONDS


class MediaAddresses:
    """Makes the addresses, and knows its own again.

    A match has one picture as long as its owner is here; after that, a friend who shares it sees
    the one that they attached, under addresses that were given out before as well.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        # The same matches are shown again and again, with the same addresses for a while.
        self._texts = lru_cache(MOST_KEPT)(self._text_of)

    def is_ours(self, match_id: UUID, size: Size, expires: int, signature: str, now: float) -> bool:
        """Whether an address was made here and has not run out."""
        ours = self._signature(str(match_id), size, expires)
        return hmac.compare_digest(ours.encode(), signature.encode()) and now < expires

    def signed(self, view: MatchView, now: float) -> MatchView:
        """The view with addresses that need no token."""
        pictures = self._pictures(str(view.id), expiry(now))
        return replace(view, screenshot=pictures.screenshot, thumbnail=pictures.thumbnail)

    def signed_json(self, view: str, now: float, duplicate_of: UUID | None = None) -> str:
        """The same for a view in JSON, which is not taken apart for it; and what it repeats.

        What is replaced holds quotes that are not escaped, so no name in the view can hold it. It
        is looked for from the end: that is nearer.
        """
        if duplicate_of:
            view = view.replace('"duplicate_of":null', f'"duplicate_of":"{duplicate_of}"', 1)
        begin = view.rindex(_PICTURES)
        signed = self._texts(view[_ID], expiry(now))
        return f"{view[:begin]}{signed}{view[begin + _PICTURES_LENGTH :]}"

    def _text_of(self, match_id: str, expires: int) -> str:
        return _text(self._pictures(match_id, expires))

    def _pictures(self, match_id: str, expires: int) -> Pictures:
        return Pictures(
            self._address(match_id, Size.FULL, expires),
            self._address(match_id, Size.THUMB, expires),
        )

    def _address(self, match_id: str, size: Size, expires: int) -> str:
        signature = self._signature(match_id, size, expires)
        return f"/media/{match_id}/?size={size}&expires={expires}&signature={signature}"

    def _signature(self, match_id: str, size: Size, expires: int) -> str:
        content = f"{match_id} {size} {expires}".encode()
        signature = hmac.digest(self._key, content, "sha256")[:SIGNATURE_BYTES]
        return base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


def _text(pictures: Pictures) -> str:
    """How a view in JSON holds these addresses."""
    return f'"screenshot":"{pictures.screenshot}","thumbnail":"{pictures.thumbnail}"'


# All ids are of one length, and so are the addresses with a token as a view in JSON holds them.
_PICTURES_LENGTH: Final = len(_text(Pictures.with_token(UUID(int=0))))
