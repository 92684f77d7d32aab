"""A query that names the position of a command waits until the read models hold it."""

from typing import Final

from events.progress import Progress
from events.refusals import Invalid
from events.web import WebRequest

HEADER: Final = "event-position"
SECONDS: Final = 1.0


async def wait_for_position(request: WebRequest, progress: Progress) -> None:
    """Wait for the position in the header `Event-Position`, if there is one, at most a second."""
    text = request.headers.get(HEADER)
    if text is None:
        return
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Invalid("Event-Position must be a number that a command answered with.")
    await progress.reached(int(text), SECONDS)
