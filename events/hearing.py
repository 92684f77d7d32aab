"""Hears what PostgreSQL notifies, in the event loop, past psycopg's generators.

These begin and end to watch the socket, and wake a task, for every notification.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.pq import PGnotify


async def hear(conn: AsyncConnection[Any], seconds: float, tell: Callable[[bytes], None]) -> None:
    """Call `tell` with the payload of each notification, for so long.

    Those that come with the answers to other statements are told, too, from the first call on.
    Nothing else may use the connection meanwhile. Raises `OperationalError` when it is lost.
    """
    pgconn = conn.pgconn
    socket, is_watched = pgconn.socket, True
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()

    def take(notification: PGnotify) -> None:
        tell(notification.extra)

    def look() -> None:
        try:
            pgconn.consume_input()
        except OperationalError as lost:
            stop()  # at once: the driver has closed the socket, and its number is soon another's
            if not over.done():
                over.set_exception(lost)
            return
        while notification := pgconn.notifies():
            take(notification)

    def stop() -> None:
        nonlocal is_watched
        if is_watched:
            loop.remove_reader(socket)
        is_watched = False

    pgconn.notify_handler = take
    loop.add_reader(socket, look)
    timer = loop.call_later(seconds, _settle, over)
    try:
        await over
    finally:
        timer.cancel()
        stop()


def _settle(over: "asyncio.Future[None]") -> None:
    if not over.done():
        over.set_result(None)
