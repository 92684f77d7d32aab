"""A request of a player on its way to a command, and the answer that shows what it led to."""

import hashlib
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4, uuid5

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from command_api.idempotency import HEADER, LONGEST, Answer, Attempt
from command_api.matches.executing import Done
from command_api.matches.use_cases import MatchCommands
from command_api.preferences import Waiting, waiting
from events.base import Cause
from events.identity import Principal
from events.match_view import view
from events.media import MediaAddresses
from events.progress import NOT_REACHED
from events.ready import Ready
from events.refusals import Invalid
from events.web import WebRequest, header

# What an If-Match that is no version asks for: no match has it.
NO_VERSION: Final = -1


class Asked(Struct, frozen=True):
    """A request on its way to a command: by whom, which attempt, and what it prefers."""

    principal: Principal
    attempt: Attempt
    now: datetime
    wait: Waiting

    @property
    def cause(self) -> Cause:
        """The request is where everything begins."""
        command_id = self.attempt.command_id
        return Cause(
            command_id=command_id,
            actor=f"player:{self.principal.user_id}",
            occurred_at=self.now,
            correlation_id=command_id,
            causation_id=command_id,
        )


def asked_by(
    request: WebRequest, principal: Principal, content: Iterable[bytes | memoryview] | None = None
) -> Asked:
    """With `content` the request may be sent again under its Idempotency-Key."""
    attempt = Attempt(uuid4()) if content is None else attempt_of(request, principal, content)
    prefer = [value.decode("latin-1") for n, value in request.scope["headers"] if n == b"prefer"]
    wait = waiting(", ".join(prefer))
    return Asked(principal, attempt, datetime.now(UTC), wait)


def attempt_of(
    request: WebRequest, principal: Principal, content: Iterable[bytes | memoryview]
) -> Attempt:
    """The attempt that `request` is; `content` is what makes it this request and no other."""
    key = header(request, HEADER)
    if key is None:
        return Attempt(uuid4())
    if not (1 <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise Invalid(f"An Idempotency-Key has 1 to {LONGEST} letters, digits and signs.")
    digest = hashlib.sha256()
    for part in (request.method.encode(), request.url.path.rstrip("/").encode(), *content):
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return Attempt(uuid5(principal.user_id, key), digest.digest())


async def answer_of(
    commands: MatchCommands,
    done: Done,
    status: int,
    *,
    is_shown: bool,
    headers: dict[str, str] | None = None,
) -> Answer:
    """The answer with the match after a command, as its player sees it."""
    headers = {"ETag": f'"{done.match.version}"', **(headers or {})}
    if done.position is not None:
        headers["Event-Position"] = str(done.position)
    if not is_shown:
        headers[NOT_REACHED] = "false"
    shown = replace(view(done.match), duplicate_of=await commands.duplicate_of(done.match))
    return Answer(status, headers, msgspec.json.encode(shown))


def response_of(answer: Answer, media: MediaAddresses) -> Ready:
    """The answer with addresses of pictures that are good from now on, however old it is."""
    shown = media.signed_json(answer.body.decode(), time.time())
    return Ready(shown.encode(), answer.headers, status=answer.status)


def expected_version(request: WebRequest) -> int | None:
    """The version that `If-Match` names; None where any will do."""
    condition = (header(request, b"if-match") or "").strip()
    if condition in ("", "*"):
        return None
    digits = condition.strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        return NO_VERSION
    return int(digits)
