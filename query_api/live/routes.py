"""The addresses of streams, and who may open them."""

from typing import Final

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ASGIApp

from events.identity import Access
from events.parameters import parameters_of
from events.refusals import NotAcceptable
from events.revocations import Revocations
from events.tickets import Tickets
from events.web import Doorkeeper, WebRequest, match_id_of
from query_api.live.messages import MEDIA_TYPE
from query_api.live.streams import Streams

TICKET: Final = "ticket"
LAST_EVENT_ID: Final = "last_event_id"
TAKEN: Final = frozenset({MEDIA_TYPE, "text/*", "*/*", ""})
NOT_A_STREAM: Final = f"This address answers with a stream of events; accept {MEDIA_TYPE}."


class Entrance:
    """Lets in who holds an access token, or a ticket for streams."""

    def __init__(self, doorkeeper: Doorkeeper, tickets: Tickets, revocations: Revocations) -> None:
        self._doorkeeper = doorkeeper
        self._tickets = tickets
        self._revocations = revocations

    async def __call__(self, request: WebRequest) -> Access:
        """Who comes in; raises `Unauthenticated` with a sentence."""
        ticket = request.query_params.get(TICKET)
        if ticket is None or "authorization" in request.headers:
            return await self._doorkeeper.access(request)
        access = self._tickets.access(ticket)
        await self._revocations.refuse_ended(access.principal)
        return access


@get("/api/events")
async def own_events(
    request: WebRequest, access: NamedDependency[Access], streams: NamedDependency[Streams]
) -> ASGIApp:
    """Tell what happens to all of the own matches."""
    return await streams.stream(access, None, _last_event_id(request))


@get("/api/matches/{match_id:str}/events")
async def events_of_match(
    request: WebRequest,
    match_id: FromPath[str],
    access: NamedDependency[Access],
    streams: NamedDependency[Streams],
) -> ASGIApp:
    """Tell what happens to one of the own matches."""
    identity = match_id_of(match_id)
    await streams.refuse_stranger(access, identity)
    return await streams.stream(access, identity, _last_event_id(request))


def _last_event_id(request: WebRequest) -> str | None:
    """Where to go on: what the browser says by itself is newer than what the address says.

    Raises `NotAcceptable` and `Invalid`.
    """
    given = parameters_of(request, TICKET, LAST_EVENT_ID)
    accepted = ",".join(request.headers.getall("accept", [])).split(",")
    if TAKEN.isdisjoint(kind.partition(";")[0].strip().lower() for kind in accepted):
        raise NotAcceptable(NOT_A_STREAM)
    return request.headers.get("last-event-id") or given.get(LAST_EVENT_ID)


router = Router("/", route_handlers=[own_events, events_of_match])
