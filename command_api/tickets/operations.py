"""The operation of tickets, as the published document describes it."""

from typing import Final

from command_api.tickets.routes import Ticket
from events.operations import Answer, Operation

TICKET: Final = {
    "ticket": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwZjhmIn0.c2lnbmVk",
    "expires_at": "2026-01-21T18:41:05Z",
}
OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/api/events/ticket/",
        id="giveTicket",
        tag="Events",
        summary="Give a ticket to open a stream of events with",
        says="A browser's `EventSource` can send no token: it opens the address with `?ticket=`."
        " A ticket lives a minute, opens streams and nothing else, and is worth nothing once its"
        " session is over. A stream that it opened ends with the access token that was given here.",
        answers={201: Answer(says="The ticket.", body=Ticket, example=TICKET)},
    ),
)
