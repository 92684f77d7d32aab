"""The bytes of a request's body as they come: no more than allowed, and not at a crawl."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Final

from events.refusals import Invalid, RequestTimeout, TooLarge
from events.web import WebRequest, header

# A phone on a bad connection sends a picture in this time; somebody who holds connections open
# on purpose gets no more.
SILENCE_SECONDS: Final = 10.0
WHOLE_BODY_SECONDS: Final = 120.0
CUT_OFF: Final = "The request was cut off before its end."
TOO_SLOW: Final = "The request came too slowly; send it again."


async def chunks(request: WebRequest, largest: int) -> AsyncIterator[bytes]:
    """The body piece by piece; it is read no further than `largest` bytes.

    Raises `TooLarge`, `RequestTimeout`, or `Invalid` when the client goes away.
    """
    if _announced(request) > largest:
        raise _too_large(largest)
    give_up_at = monotonic() + WHOLE_BODY_SECONDS
    read = 0
    while True:
        try:
            async with asyncio.timeout(min(SILENCE_SECONDS, give_up_at - monotonic())):
                event = await request.receive()
        except TimeoutError:
            raise RequestTimeout(TOO_SLOW) from None
        if event["type"] != "http.request":
            raise Invalid(CUT_OFF)
        read += len(event["body"])
        if read > largest:
            raise _too_large(largest)
        if event["body"]:
            yield event["body"]
        if not event.get("more_body", False):
            return


def _announced(request: WebRequest) -> int:
    text = header(request, b"content-length") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _too_large(largest: int) -> TooLarge:
    size = f"{largest // 2**20} MiB" if largest >= 2**20 else f"{largest // 1024} KiB"
    return TooLarge(f"This is larger than the {size} that are taken here.")
