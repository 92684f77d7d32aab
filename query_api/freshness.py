"""A query that names the position of a command waits until the read models hold it."""

from typing import Final

from litestar.types import Message, Scope

from events.operations import Parameter
from events.progress import NOT_REACHED, Progress
from events.refusals import Invalid
from events.web import WebRequest, header

HEADER: Final = b"event-position"
SECONDS: Final = 1.0
# What every operation that asks the read models takes and may say.
POSITION: Final = Parameter(
    name="Event-Position",
    place="header",
    says="Wait until queries show the command that answered with this position, a second at most.",
    schema={"type": "string", "pattern": "^[0-9]{1,18}$", "examples": ["12"]},
)
BEHIND: Final = ("Event-Position-Reached",)


async def wait_for_position(request: WebRequest, progress: Progress) -> None:
    """Wait for the position in the header `Event-Position`, if there is one, at most a second.

    `admit_being_behind` then says so if it took longer.
    """
    text = header(request, HEADER)
    if text is None:
        return
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Invalid("Event-Position must be a number that a command answered with.")
    if not await progress.reached(int(text), SECONDS):
        request.state.is_behind = True


async def admit_being_behind(message: Message, scope: Scope) -> None:
    """Say in a header that the answer is older than the position that was asked for."""
    if message["type"] == "http.response.start" and scope["state"].get("is_behind"):
        message["headers"] = [*message["headers"], (NOT_REACHED.lower().encode(), b"false")]
