"""The command API: its addresses, and what they work with."""

from litestar import Litestar
from litestar.di import Provide

from command_api.accounts import mail_routes
from command_api.accounts import routes as accounts_routes
from command_api.accounts.use_cases import Accounts
from command_api.caller import Caller
from command_api.confirmations import routes as confirmations_routes
from command_api.confirmations.use_cases import Confirmations
from command_api.desk import Desk
from command_api.erasing import Erasing
from command_api.idempotency import Answers
from command_api.matches import routes as matches_routes
from command_api.matches.use_cases import MatchCommands
from command_api.previews import routes as previews_routes
from command_api.previews.asking import Previews
from command_api.tickets import routes as tickets_routes
from events.identity import Access
from events.media import MediaAddresses
from events.pages import Cursors
from events.tickets import Tickets
from events.web import EXCEPTION_HANDLERS, Doorkeeper, WebRequest


def create_app(
    *,
    accounts: Accounts,
    matches: MatchCommands,
    answers: Answers,
    previews: Previews,
    doorkeeper: Doorkeeper,
    caller: Caller,
    cursors: Cursors,
    erasing: Erasing,
    media: MediaAddresses,
    tickets: Tickets,
    confirmations: Confirmations,
    app_address: str,
) -> Litestar:
    """The command API over parts that are running; it opens and closes nothing itself."""

    async def access(request: WebRequest) -> Access:
        """Who asks, and how long their token lasts."""
        return await doorkeeper.access(request)

    async def desk(request: WebRequest) -> Desk:
        """Who asks for a change of matches, with all that it takes."""
        principal = await doorkeeper(request)
        return Desk(principal, matches, confirmations, answers, media, app_address)

    return Litestar(
        route_handlers=[
            accounts_routes.router,
            accounts_routes.published_keys,
            mail_routes.router,
            matches_routes.router,
            confirmations_routes.router,
            previews_routes.router,
            tickets_routes.router,
        ],
        dependencies={
            "principal": Provide(doorkeeper),
            "access": Provide(access),
            "tickets": Provide(lambda: tickets, sync_to_thread=False),
            "accounts": Provide(lambda: accounts, sync_to_thread=False),
            "previews": Provide(lambda: previews, sync_to_thread=False),
            "desk": Provide(desk),
            "commands": Provide(lambda: matches, sync_to_thread=False),
            "caller": Provide(lambda: caller, sync_to_thread=False),
            "cursors": Provide(lambda: cursors, sync_to_thread=False),
            "erasing": Provide(lambda: erasing, sync_to_thread=False),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=None,  # bodies are bounded where they are read
        openapi_config=None,
        logging_config=None,
    )
