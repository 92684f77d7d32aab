"""The query API: its addresses, and what they read from."""

from litestar import Litestar
from litestar.di import Provide

from events.log import MatchLog
from events.media import MediaAddresses
from events.pages import Cursors
from events.progress import Progress
from events.screenshots import Screenshots
from events.statement_pool import StatementPool
from events.web import EXCEPTION_HANDLERS, Doorkeeper, WebRequest
from query_api import (
    confirmations,
    export,
    friends,
    health,
    history,
    matches,
    pictures,
    stats,
)
from query_api.asking import Asked
from query_api.export import Exports, Sources
from query_api.freshness import admit_being_behind, wait_for_position
from query_api.live import routes as live_routes
from query_api.live.streams import Streams
from query_api.lookups import Lookups
from query_api.primary import Primary


def create_app(
    *,
    pool: StatementPool,
    match_log: MatchLog,
    progress: Progress,
    screenshots: Screenshots,
    doorkeeper: Doorkeeper,
    cursors: Cursors,
    media: MediaAddresses,
    primary: Primary,
    streams: Streams,
    entrance: live_routes.Entrance,
) -> Litestar:
    """The query API over parts that are running; it opens and closes nothing itself."""

    lookups = Lookups(pool)

    async def asked(request: WebRequest) -> Asked:
        """Who asks, once the read models hold the position that is asked for."""
        principal = await doorkeeper(request)
        await wait_for_position(request, progress)
        return Asked(principal, pool, lookups, match_log, screenshots, cursors, media)

    sources, exports = Sources(pool, match_log, progress), Exports()
    return Litestar(
        route_handlers=[
            matches.router,
            pictures.router,
            stats.router,
            history.router,
            confirmations.router,
            friends.router,
            export.router,
            live_routes.router,
            health.router,
        ],
        dependencies={
            "asked": Provide(asked),
            "pool": Provide(lambda: pool, sync_to_thread=False),
            "primary": Provide(lambda: primary, sync_to_thread=False),
            "media": Provide(lambda: media, sync_to_thread=False),
            "sources": Provide(lambda: sources, sync_to_thread=False),
            "exports": Provide(lambda: exports, sync_to_thread=False),
            "access": Provide(entrance),
            "streams": Provide(lambda: streams, sync_to_thread=False),
            "screenshots": Provide(lambda: screenshots, sync_to_thread=False),
        },
        before_send=[admit_being_behind],
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=None,
        openapi_config=None,
        logging_config=None,
    )
