"""The address that gives tickets out."""

from datetime import UTC, datetime

from litestar import Router, post
from litestar.di import NamedDependency
from msgspec import Struct

from events.identity import Access
from events.parameters import parameters_of
from events.tickets import LIFE, Tickets
from events.web import WebRequest


class Ticket(Struct, frozen=True):
    """A ticket for streams of events alone; streams that it opened go on after its end."""

    ticket: str
    expires_at: datetime


@post("/api/events/ticket", status_code=201)
async def give_ticket(
    request: WebRequest, access: NamedDependency[Access], tickets: NamedDependency[Tickets]
) -> Ticket:
    """Give a ticket for an `EventSource`, which can send no token."""
    parameters_of(request)
    now = datetime.now(UTC)
    return Ticket(tickets.ticket(access, now), now + LIFE)


router = Router("/", route_handlers=[give_ticket])
