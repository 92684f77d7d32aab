"""The process that serves both APIs behind one address."""

import asyncio
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from deploy.apps import EndWaiting, open_apps
from deploy.garbage import collect_seldom
from deploy.open_files import allow_open_files
from deploy.settings import Settings
from deploy.stopping import log_to_standard_error, until_told_to_stop

WAITING_CONNECTIONS: Final = 1024
OPEN_CONNECTIONS: Final = 8192
HEADER_MILLISECONDS: Final = 30_000
STOPS_WITHIN_SECONDS: Final = 12.0


async def serve(settings: Settings) -> None:
    """Serve until told to stop; requests in flight are finished."""
    log_to_standard_error()
    allow_open_files()
    async with open_apps(settings) as (app, end_waiting):
        collect_seldom()
        server = Server(
            app,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGINL,
            # HTTP/2 has no deadline for headers, and no header that closes a connection.
            http=HTTPModes.http1,
            websockets=False,
            # By default 128 connections that say nothing keep everybody else out.
            backlog=WAITING_CONNECTIONS,
            backpressure=OPEN_CONNECTIONS,
            http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
            log_access=False,
        )
        await until_told_to_stop(_serve(server, end_waiting))


async def _serve(server: Server, end_waiting: EndWaiting) -> None:
    serving = asyncio.create_task(server.serve())
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        end_waiting()  # whoever has a minute to wait would be killed
        server.stop()  # type: ignore[no-untyped-call]
        # A client that takes nothing more of what it was sent would hold us up for ever.
        await asyncio.wait([serving], timeout=STOPS_WITHIN_SECONDS)
        raise
