"""All matches of a player as one file, sent while it is read.

It is read in short pages, not with one long cursor: a transaction as long as a slow download would
hold up a new build of the read models. Matches do not change their place, so none comes twice and
none is left out, but one that is changed meanwhile comes as it was or as it is.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct

from events.log import MatchLog
from events.match_view import MatchView
from events.operations import Parameter
from events.parameters import one_of, parameters_of
from events.progress import Progress
from events.refusals import TooManyRequests, Unavailable
from events.statement_pool import StatementPool
from events.web import WebRequest
from query_api import export_rows
from query_api.asking import Asked
from query_api.history import Entry, entries
from query_api.listing import Listed, Place, Wanted, read_page

AT_ONCE: Final = 2
TRY_AGAIN_AFTER: Final = 10
MATCHES_A_PAGE: Final = 200
TOO_MANY: Final = f"{AT_ONCE} exports of yours are under way; wait until one has ended."
STOPPING: Final = "This process is about to stop; ask again."


class Format(StrEnum):
    """What the file is: rows for spreadsheets, or everything for programs."""

    CSV = "csv"
    JSON = "json"


FORMAT: Final = Parameter(
    name="format",
    place="query",
    says="`csv` for spreadsheets; `json` also holds what was read, and each match's history.",
    schema={"type": "string", "enum": [*Format], "default": Format.CSV},
)
MEDIA_TYPES: Final = {
    Format.CSV: "text/csv",
    Format.JSON: "application/json",
}  # the charset is added


class ExportedMatch(MatchView, frozen=True, kw_only=True):
    """A match with its events, the oldest first."""

    history: list[Entry]


class Exports:
    """Counts the exports that are under way in this process, by player."""

    def __init__(self) -> None:
        self._of: Counter[UUID] = Counter()

    @contextmanager
    def one_of(self, user_id: UUID) -> Iterator[None]:
        """The time of one export; raises `TooManyRequests`."""
        if self._of[user_id] >= AT_ONCE:
            raise TooManyRequests(TOO_MANY, TRY_AGAIN_AFTER)
        self._of[user_id] += 1
        try:
            yield
        finally:
            self._of[user_id] -= 1
            self._of += Counter()  # forgets who has none


class Sources(Struct, frozen=True):
    """What exports are read from."""

    pool: StatementPool
    match_log: MatchLog
    progress: Progress


@get("/api/export")
async def export(
    request: WebRequest,
    asked: NamedDependency[Asked],
    sources: NamedDependency[Sources],
    exports: NamedDependency[Exports],
) -> ASGIApp:
    """Give all of the own matches as one file; those that are deleted are left out."""
    given = parameters_of(request, FORMAT.name)
    kind = Format(one_of(given, FORMAT.name, tuple(Format)) or Format.CSV)
    name = f"efootball-matches-{datetime.now(UTC):%Y-%m-%d}.{kind}"

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        pages = _pages(sources, asked.principal.user_id)
        player_id = asked.principal.user_id
        if kind is Format.CSV:
            pieces = _rows(pages)
        else:
            pieces = _objects(pages, sources.match_log, player_id)
        with exports.one_of(player_id):
            async with aclosing(pages), aclosing(pieces):
                # What fails from here on breaks the answer off; before, it is refused.
                first = await anext(pieces)
                response = ASGIStreamingResponse(
                    iterator=_joined(first, pieces),
                    media_type=MEDIA_TYPES[kind],
                    headers={"Content-Disposition": f'attachment; filename="{name}"'},
                )
                await response(scope, receive, send)

    return answer


async def _pages(sources: Sources, owner_id: UUID) -> AsyncGenerator[Sequence[Listed], None]:
    """The matches, newest first; at least one page, which may be empty."""
    after: Place | None = None
    while True:
        if sources.progress.is_ending:
            raise Unavailable(STOPPING)
        page = await read_page(sources.pool, owner_id, Wanted(), after, MATCHES_A_PAGE)
        yield page.matches
        after = page.following
        if after is None:
            return


async def _rows(pages: AsyncIterator[Sequence[Listed]]) -> AsyncGenerator[bytes, None]:
    lead = export_rows.head()
    async for page in pages:
        views = [listed.view for listed in page]
        yield lead + await asyncio.to_thread(export_rows.rows, views)
        lead = b""


async def _objects(
    pages: AsyncIterator[Sequence[Listed]], match_log: MatchLog, player_id: UUID
) -> AsyncGenerator[bytes, None]:
    lead = b"[\n"
    async for page in pages:
        if page:
            written = await asyncio.to_thread(_with_history, page, match_log, player_id)
            yield lead + b",\n".join(written)
            lead = b",\n"
    yield (b"" if lead.startswith(b",") else lead) + b"\n]\n"


class _Version(Struct):
    version: int


def _with_history(page: Sequence[Listed], match_log: MatchLog, player_id: UUID) -> list[bytes]:
    """Each match as JSON, with its history up to the version that is shown."""
    histories = match_log.histories([listed.place.match_id for listed in page])
    written = []
    for listed in page:
        shown = msgspec.json.decode(listed.view, type=_Version).version
        events = histories[listed.place.match_id][:shown]
        history = msgspec.json.encode(entries(events, player_id))
        written.append(listed.view.encode()[:-1] + b',"history":' + history + b"}")
    return written


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


router = Router("/", route_handlers=[export])
