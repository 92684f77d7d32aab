"""Both APIs as one application, made of the parts that they work with."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from litestar.types import ASGIApp
from msgspec import Struct
from psycopg.conninfo import make_conninfo

from command_api.accounts.credentials import Argon2Cost, Credentials
from command_api.accounts.key_ring import KeyRing
from command_api.accounts.limits import AccountLimits
from command_api.accounts.password_rules import PasswordRules
from command_api.accounts.use_cases import Accounts
from command_api.app import create_app as create_command_app
from command_api.caller import Caller
from command_api.confirmations.use_cases import Confirmations
from command_api.erasing import Erasing
from command_api.idempotency import Answers
from command_api.matches.executing import Executor
from command_api.matches.keeping import Keeper
from command_api.matches.quotas import Allowance, Quotas
from command_api.matches.use_cases import MatchCommands
from command_api.previews.asking import Previews
from deploy import asyncapi, openapi
from deploy.edge import allowed_origins, edge
from deploy.gateway import gateway
from deploy.mail import sent_letters
from deploy.mail_key import mail_key
from deploy.outage import refusing_while_away
from deploy.pulse import Pulse
from deploy.schema_app import create_app as create_schema_app
from deploy.screenshots_store import open_screenshots
from deploy.sealing_key import derived_key, open_owner_keys
from deploy.settings import Settings
from deploy.signing_keys import load, load_or_create
from events.answering import NOTICE_SILENCE, AsyncAnsweringConnection
from events.cancel_safe_pool import CancelSafePool
from events.cancelling import beside
from events.identity import Verifier
from events.log import MatchLog
from events.media import MediaAddresses
from events.owner_keys import OwnerKeys
from events.pages import Cursors
from events.progress import Progress
from events.recorder import GIVE_UP_RECONNECTING_SECONDS
from events.replica_progress import ReplicaProgress
from events.revocations import Revocations
from events.statement_pool import StatementPool
from events.tickets import Tickets
from events.web import Doorkeeper
from projections.catalogue import MATCHES, with_keys
from projections.duplicates import Duplicates
from projections.own_matches import OwnMatches
from projections.own_names import OwnNames
from projections.owned_matches import OwnedMatches
from query_api.app import create_app as create_query_app
from query_api.live.routes import Entrance
from query_api.live.steps import telling_steps
from query_api.live.streams import Streams
from query_api.primary import Primary

EndWaiting = Callable[[], None]

POOLED: Final[dict[str, Any]] = {
    "min_size": 1,
    "max_size": 10,
    "timeout": 2.0,  # seconds that one waits for a connection
    "reconnect_timeout": GIVE_UP_RECONNECTING_SECONDS,
}
LOG_CONNECTIONS: Final = 6
LOOK_AT_KEYS_EVERY_SECONDS: Final = 2.0


@asynccontextmanager
async def open_apps(settings: Settings) -> AsyncIterator[tuple[ASGIApp, EndWaiting]]:
    """Both APIs as one application, with all they work with open, and how to end its waiting."""
    pool = _pool(settings.database)
    # For those who ask one thing at a time: without BEGIN and COMMIT around it, it costs half.
    statements = _statement_pool(settings.database)
    load_or_create(settings.keys)
    keys = KeyRing(lambda: load(settings.keys))
    screenshots = open_screenshots(settings)
    allowance = Allowance(settings.quota_bytes, settings.quota_pending)
    quotas = Quotas(statements, screenshots, allowance)
    owner_keys = open_owner_keys(settings)
    match_log = MatchLog.open(settings.database, LOG_CONNECTIONS, owner_keys, statements)
    cursors = Cursors(derived_key(settings, "cursors"))
    media = MediaAddresses(derived_key(settings, "addresses of pictures"))
    tickets = Tickets(derived_key(settings, "tickets"))
    revocations = Revocations(settings.database, pool)

    async def drop_dead_connections() -> None:
        await pool.check()
        await statements.check()
        await asyncio.to_thread(match_log.drop_dead_connections)

    pulse = Pulse(settings.database)
    try:
        async with (
            beside(revocations.run(), pulse.run(), _look_after(keys)),
            pool,
            statements,
            Progress(settings.database, drop_dead_connections) as progress,
            Previews(settings.nats) as previews,
            _queried(settings, owner_keys, Queried(statements, match_log, progress)) as queried,
            Streams(queried.pool, queried.progress, revocations, media) as streams,
            telling_steps(settings.nats, streams.tell),
        ):

            def end_waiting() -> None:
                progress.end_waiting()
                streams.end_all()

            doorkeeper = Doorkeeper(Verifier(keys), revocations)
            keeper = Keeper(screenshots, quotas)
            commands = MatchCommands(
                match_log,
                progress,
                keeper,
                quotas,
                OwnNames(statements),
                Duplicates(statements),
                queried.progress,
            )
            confirmations = Confirmations(
                match_log,
                commands,
                keeper,
                OwnMatches(statements),
                statements,
                derived_key(settings, "confirmation codes"),
            )
            command = create_command_app(
                accounts=Accounts(
                    pool=pool,
                    credentials=Credentials(Argon2Cost(*settings.hash_cost)),
                    keys=keys,
                    mail_key=mail_key(settings),
                    require_verified=settings.require_verified,
                    limits=AccountLimits(enabled=settings.rate_limits),
                    password_rules=PasswordRules(shortest=settings.shortest_password),
                ),
                matches=commands,
                answers=Answers(statements),
                previews=previews,
                doorkeeper=doorkeeper,
                caller=Caller(settings.proxies),
                cursors=cursors,
                erasing=Erasing(
                    pool,
                    Executor(match_log),
                    OwnedMatches(pool, settings.database, with_keys(MATCHES, owner_keys)),
                    screenshots,
                    sent_letters(settings),
                ),
                media=media,
                tickets=tickets,
                confirmations=confirmations,
                app_address=settings.app_address or settings.public,
            )
            query = create_query_app(
                pool=queried.pool,
                match_log=queried.match_log,
                progress=queried.progress,
                primary=Primary(statements),
                screenshots=screenshots,
                doorkeeper=doorkeeper,
                cursors=cursors,
                media=media,
                streams=streams,
                entrance=Entrance(doorkeeper, tickets, revocations),
            )
            schema = create_schema_app(openapi.document, asyncapi.document)
            app = refusing_while_away(gateway(command, query, schema), pulse)
            yield edge(app, allowed_origins(settings.host, settings.origins)), end_waiting
    finally:
        match_log.close()
        owner_keys.close()


class Queried(Struct, frozen=True):
    """What queries are answered from: read models and log, and how far they have come."""

    pool: StatementPool
    match_log: MatchLog
    progress: Progress


@asynccontextmanager
async def _queried(
    settings: Settings, owner_keys: OwnerKeys, primary: Queried
) -> AsyncIterator[Queried]:
    """The read replica of the settings, or else what is given."""
    if not settings.query_database:
        yield primary
        return
    pool = _statement_pool(settings.query_database)
    match_log = MatchLog.open(settings.query_database, LOG_CONNECTIONS, owner_keys)
    try:
        async with pool, ReplicaProgress(settings.query_database) as progress:
            yield Queried(pool, match_log, progress)
    finally:
        match_log.close()


def _pool(database: str) -> CancelSafePool[Any]:
    return CancelSafePool[Any](
        make_conninfo(database, **NOTICE_SILENCE),
        connection_class=AsyncAnsweringConnection,
        open=False,
        **POOLED,
    )


def _statement_pool(database: str) -> StatementPool:
    return StatementPool(make_conninfo(database, **NOTICE_SILENCE), **POOLED)


async def _look_after(keys: KeyRing) -> None:
    while True:
        await asyncio.sleep(LOOK_AT_KEYS_EVERY_SECONDS)
        keys.look()
