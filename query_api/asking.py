"""What a handler is given: who asks, and all that answers are made from."""

from typing import Any

from msgspec import Struct
from psycopg_pool import AsyncConnectionPool

from events.identity import Principal
from events.log import MatchLog
from events.media import MediaAddresses
from events.pages import Cursors
from events.screenshots import Screenshots


class Asked(Struct, frozen=True):
    """A question of a player. One dependency: for several, Litestar starts a group of tasks."""

    principal: Principal
    pool: AsyncConnectionPool[Any]
    match_log: MatchLog
    screenshots: Screenshots
    cursors: Cursors
    media: MediaAddresses
