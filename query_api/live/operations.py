"""The operations of streams, as the published document describes them."""

from typing import Final

from events.operations import Answer, Operation, Parameter
from query_api.live.messages import MEDIA_TYPE
from query_api.live.routes import LAST_EVENT_ID, TICKET
from query_api.live.streams import LONGEST_ID

KINDS: Final = """\
The kinds are `uploaded`, `reading`, `extracted`, `failed`, `confirmed`, `corrected`, `deleted` and
`restored`, and between two players `confirmation_requested`, `confirmation_withdrawn`,
`confirmation_expired`, `confirmation_reminded`, `verified`, `disputed`, `joined` and `attached`,
which is a screenshot. The data is JSON: `match_id`, the `version` that this made, and `match` as it
is shown now, or null where it is deleted. Queries show what was told. The `id` is a place to go on
from: with it nothing is lost, and nothing comes twice. A `reading` tells a `step`: `queued` (with
an id), then `started`, `loaded`, `read` or `again`, with `match_id` and `attempt`, but no `id`; of
these, any may be missed. `bye` is the last word, with a `reason`: `session_ended`, `token_expired`
or `stopping`. New kinds may come: pass over what is not known."""
PARAMETERS: Final = (
    Parameter(
        name=TICKET,
        place="query",
        says="For who can send no token; see `giveTicket`.",
        schema={"type": "string"},
    ),
    Parameter(
        name=LAST_EVENT_ID,
        place="query",
        says="The last `id` that was seen, to go on from there.",
        schema={"type": "string", "pattern": f"^[0-9]{{1,{LONGEST_ID}}}$", "examples": ["1042"]},
    ),
    Parameter(
        name="Last-Event-ID",
        place="header",
        says="The same; browsers send it when they come back, and it goes first.",
        schema={"type": "string", "pattern": f"^[0-9]{{1,{LONGEST_ID}}}$", "examples": ["1042"]},
    ),
)
STREAM: Final = Answer(
    says="Events, until the client leaves or `bye`.",
    body=str,
    media_types=(MEDIA_TYPE,),
)
REFUSALS: Final = {
    406: "Another kind of content is asked for.",
    429: "The player has ten open streams here.",
}

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/events/",
        id="streamEvents",
        tag="Events",
        summary="Tell what happens to the own matches, as it happens",
        says=KINDS,
        parameters=PARAMETERS,
        answers={200: STREAM},
        refusals=REFUSALS,
    ),
    Operation(
        method="GET",
        path="/api/matches/{match_id}/events/",
        id="streamMatchEvents",
        tag="Events",
        summary="Tell what happens to one of the own matches, as it happens",
        says="As `streamEvents`. A deleted match may be followed: it may be restored.",
        parameters=PARAMETERS,
        answers={200: STREAM},
        refusals=REFUSALS,
    ),
)
