"""The process that follows the log: projections, relay, and the inbox of readings."""

import asyncio
import contextlib

from command_api.inbox import subscribe
from command_api.matches.executing import Executor
from deploy.settings import Settings
from deploy.stopping import log_to_standard_error, until_told_to_stop
from deploy.watch import Watch
from events.broker import create_broker, watch_consumer
from events.bus import EXTRACTION_FAILED_CONSUMER, READINGS_STREAM, STATS_EXTRACTED_CONSUMER
from events.log import MatchLog
from events.progress import MATCHES_FOLLOWER
from events.relay import Relay
from projections.follow import Follower
from projections.matches import project

LOG_CONNECTIONS = 6


async def follow(settings: Settings) -> None:
    """Follow until told to stop."""
    log_to_standard_error()
    match_log = MatchLog.open(settings.database, LOG_CONNECTIONS)
    follower = Follower(settings.database, match_log, MATCHES_FOLLOWER, project)
    with contextlib.closing(match_log):
        # The bus has its own pace: what was recorded shows, whatever NATS does.
        await until_told_to_stop(_project(follower), _carry_messages(settings, match_log, follower))


async def _project(follower: Follower) -> None:
    running = asyncio.create_task(asyncio.to_thread(follower.run))
    try:
        await asyncio.shield(running)
    finally:
        follower.stop()
        await running


async def _carry_messages(settings: Settings, match_log: MatchLog, follower: Follower) -> None:
    broker = create_broker(settings.nats)
    subscribe(broker, Executor(match_log))
    client = await broker.connect()
    relay = Relay(settings.database, match_log, client.jetstream())
    troubles = {"relay": lambda: relay.trouble, "projections": lambda: follower.trouble}
    try:
        await broker.start()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(relay.run())
            tasks.create_task(Watch(settings.database, client, troubles).run())
            for consumer in (STATS_EXTRACTED_CONSUMER, EXTRACTION_FAILED_CONSUMER):
                tasks.create_task(watch_consumer(client, READINGS_STREAM, consumer))
    finally:
        await broker.stop()
