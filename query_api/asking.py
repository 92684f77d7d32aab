"""What a handler is given: who asks, and all that answers are made from."""

from msgspec import Struct

from events.identity import Principal
from events.log import MatchLog
from events.media import MediaAddresses
from events.pages import Cursors
from events.screenshots import Screenshots
from events.statement_pool import StatementPool
from query_api.lookups import Lookups


class Asked(Struct, frozen=True):
    """A question of a player. One dependency: for several, Litestar starts a group of tasks."""

    principal: Principal
    pool: StatementPool
    lookups: Lookups
    match_log: MatchLog
    screenshots: Screenshots
    cursors: Cursors
    media: MediaAddresses
