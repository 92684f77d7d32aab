"""What a handler is given that changes matches: who asks, and all that it works with."""

from msgspec import Struct

from command_api.confirmations.use_cases import Confirmations
from command_api.idempotency import Answers
from command_api.matches.use_cases import MatchCommands
from events.identity import Principal
from events.media import MediaAddresses


class Desk(Struct, frozen=True):
    """A request of a player. One dependency: for several, Litestar starts a group of tasks.

    `app_address` is where links to the frontend lead.
    """

    principal: Principal
    commands: MatchCommands
    confirmations: Confirmations
    answers: Answers
    media: MediaAddresses
    app_address: str
