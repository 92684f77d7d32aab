"""The process that follows the log: projections, relay, the inbox of readings, and mail."""

import asyncio
import contextlib
import logging
from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from command_api.confirmations.process import ConfirmationProcess
from command_api.erasing import Erasing
from command_api.inbox import subscribe
from command_api.matches.executing import Executor
from deploy.garbage import collect_seldom
from deploy.housekeeping import keep_house
from deploy.mail import mail_sender, sent_letters
from deploy.screenshots_store import open_screenshots
from deploy.sealing_key import open_owner_keys
from deploy.settings import Settings
from deploy.stopping import log_to_standard_error, until_told_to_stop
from deploy.watch import Watch
from events.broker import create_broker
from events.bus import EXTRACTION_FAILED_CONSUMER, READINGS_STREAM, STATS_EXTRACTED_CONSUMER
from events.bus_connection import connect
from events.cancelling import together
from events.consumers import ConsumerLost, until_there, watch_consumer
from events.dead_letters import DeadLetters
from events.log import MatchLog
from events.owner_keys import OwnerKeys
from events.recorder import GIVE_UP_RECONNECTING_SECONDS
from events.relay import Relay
from projections.catalogue import MATCHES, with_keys
from projections.follower import LiveFollower
from projections.owned_matches import OwnedMatches

LOG_CONNECTIONS: Final = 6
INBOX: Final = (STATS_EXTRACTED_CONSUMER, EXTRACTION_FAILED_CONSUMER)

log = logging.getLogger(__name__)


async def follow(settings: Settings) -> None:
    """Follow until told to stop."""
    log_to_standard_error()
    owner_keys = open_owner_keys(settings)
    match_log = MatchLog.open(settings.database, LOG_CONNECTIONS, owner_keys)
    follower = LiveFollower(settings.database, with_keys(MATCHES, owner_keys))
    confirmations = ConfirmationProcess(settings.database, Executor(match_log))
    collect_seldom()
    with contextlib.closing(owner_keys), contextlib.closing(match_log):
        # The bus has its own pace: what was recorded shows, whatever NATS does.
        await until_told_to_stop(
            _project(follower),
            _carry_messages(settings, match_log, follower, confirmations),
            keep_house(settings.database, open_screenshots(settings)),
            mail_sender(settings).run(),
            _erase(settings, match_log, owner_keys),
            confirmations.run(),
        )


async def _erase(settings: Settings, match_log: MatchLog, owner_keys: OwnerKeys) -> None:
    async with AsyncConnectionPool[Any](
        settings.database,
        min_size=0,
        max_size=2,
        reconnect_timeout=GIVE_UP_RECONNECTING_SECONDS,
        open=False,
    ) as pool:
        matches = OwnedMatches(pool, settings.database, with_keys(MATCHES, owner_keys))
        screenshots = open_screenshots(settings)
        letters = sent_letters(settings)
        await Erasing(pool, Executor(match_log), matches, screenshots, letters).run()


async def _project(follower: LiveFollower) -> None:
    running = asyncio.create_task(asyncio.to_thread(follower.run))
    try:
        await asyncio.shield(running)
    finally:
        follower.stop()
        await running


async def _carry_messages(
    settings: Settings,
    match_log: MatchLog,
    follower: LiveFollower,
    confirmations: ConfirmationProcess,
) -> None:
    client = await connect(settings.nats)
    relay = Relay(settings.database, client)
    troubles = {
        "relay": lambda: relay.trouble,
        "projections": lambda: follower.trouble,
        "confirmations": lambda: confirmations.trouble,
    }
    try:
        await together(
            relay.run(),
            DeadLetters(settings.database, client).run(),
            Watch(settings.database, client, troubles).run(),
            _take_answers(settings, Executor(match_log)),
        )
    finally:
        await client.close()


async def _take_answers(settings: Settings, executor: Executor) -> None:
    """The inbox; it begins anew, alone, whenever its queue was lost."""
    while True:
        broker = create_broker(settings.nats)
        subscribe(broker, executor)
        client = await broker.connect()
        try:
            for consumer in INBOX:
                await until_there(client, READINGS_STREAM, consumer)
            await broker.start()
            await together(*(watch_consumer(client, READINGS_STREAM, each) for each in INBOX))
        except ConsumerLost as lost:
            log.warning("the inbox begins anew: %s", lost)
        finally:
            await broker.stop()
