"""What goes over a stream of events, as browsers read it (WHATWG HTML, server-sent events)."""

from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType

from events.bus import ReadingStep, Step
from events.match_view import MatchView

MEDIA_TYPE: Final = "text/event-stream"
RECONNECT_MILLISECONDS: Final = 2000
# A comment, which nobody is told of: it keeps the connection open through proxies.
BEAT: Final = b":\n\n"


class Reason(StrEnum):
    """Why a stream ends from our side, in the data of `bye`."""

    SESSION_ENDED = "session_ended"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - no token
    STOPPING = "stopping"


class Change(Struct, frozen=True):
    """Something that happened to a match, at a position of the log."""

    position: int
    owner_id: UUID
    match_id: UUID
    version: int
    kind: str


class ChangeData(Struct, frozen=True, kw_only=True):
    """The data of a change: the version that it made, and the match as it is shown now.

    `match` is null where the match is deleted. `step` stands with the kind `reading` alone.
    """

    match_id: UUID
    version: int
    match: MatchView | None
    step: Step | UnsetType = UNSET


def opening(position: int) -> bytes:
    """The place to come back to, even before anything happened; no event for the page."""
    return b"retry: %d\nid: %d\n\n" % (RECONNECT_MILLISECONDS, position)


def change(changed: Change, view: str | None) -> bytes:
    """A change with the match's ready JSON."""
    step = ',"step":"queued"' if changed.kind == "reading" else ""
    data = (
        f'{{"match_id":"{changed.match_id}","version":{changed.version},'
        f'"match":{view or "null"}{step}}}'
    )
    return f"id: {changed.position}\nevent: {changed.kind}\ndata: {data}\n\n".encode()


def reading(step: ReadingStep) -> bytes:
    """How a reading goes on. It has no id: who comes back has missed it, and no harm done."""
    data = {"match_id": step.match_id, "step": step.step, "attempt": step.attempt}
    return b"event: reading\ndata: %b\n\n" % msgspec.json.encode(data)


def bye(reason: Reason) -> bytes:
    """The last word."""
    return b'event: bye\ndata: {"reason":"%b"}\n\n' % reason.encode()
