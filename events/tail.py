"""Reads the log in order on a connection of the reader's own, without a thread that may hang."""

from collections.abc import Collection, Sequence
from typing import Any, Final, cast
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, sql

from events.appending import PLAN_ONCE
from events.catalogue import CURRENT, NAMES
from events.codec import EventMapper
from events.log import Recorded
from events.matches import MatchEvent, ScreenshotUploaded
from events.pipelined import PipelinedConnection
from events.statements import Statement, array_of

# Positions have no gaps, so this is how many events a stretch holds.
STRETCH: Final = 2000
_READ: Final = Statement(
    """
    WITH stretch AS (
        SELECT least(
            coalesce(max(notification_id), 0), %(after)s::bigint + %(stretch)s::bigint
        ) AS reached
        FROM log.events
    )
    SELECT reached, notification_id, topic, state, originator_id, originator_version
    FROM stretch
    LEFT JOIN log.events
      ON notification_id > %(after)s AND notification_id <= reached
      AND topic <> ALL(%(others)s)
    ORDER BY notification_id
    """
)


class Tail(Struct, frozen=True):
    """What was found up to `position`; if `is_behind`, there may be more after it."""

    events: Sequence[Recorded]
    position: int
    is_behind: bool


async def listen(conn: AsyncConnection[Any], kinds: Collection[type[MatchEvent]]) -> None:
    """Have `conn` told when events of these kinds are appended, and nothing of others.

    A follower that was told of every command would cost each a look at the log. What it asks again
    and again is planned once, for a log that has grown.
    """
    for setting in PLAN_ONCE:
        await conn.execute(setting)
    for kind in kinds:
        await conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(NAMES[kind])))


async def read(
    conn: PipelinedConnection,
    mapper: EventMapper,
    after: int,
    kinds: Collection[type[MatchEvent]],
    stretch: int = STRETCH,
) -> Tail:
    """The events of these kinds among the next `stretch` of the log after `after`, in order.

    Others are not even sent: most followers wait for few kinds, and the log has millions.
    """
    rows = await conn.ask(
        _READ,
        {
            "after": after,
            "stretch": stretch,
            # What is not known here comes along, and is refused: it might matter.
            "others": array_of(name for name, kind in CURRENT.items() if kind not in kinds),
        },
    )
    found = [rows.row(number) for number in range(len(rows))]
    reached: int = found[0][0]
    return Tail(
        [
            Recorded(position, cast(MatchEvent, mapper.decode(*stored)))
            for _, position, *stored in found
            if position is not None
        ],
        max(reached, after),
        reached == after + stretch,
    )


async def upload_of(
    conn: AsyncConnection[Any], mapper: EventMapper, match_id: UUID
) -> ScreenshotUploaded:
    """The first event of a match that is in the log; raises `LookupError` if it is none."""
    cursor = await conn.execute(
        """
        SELECT topic, state, originator_id, originator_version
        FROM log.events
        WHERE originator_id = %(match_id)s AND originator_version = 1
        """,
        {"match_id": match_id},
    )
    row = await cursor.fetchone()
    event = mapper.decode(*row) if row else None
    if not isinstance(event, ScreenshotUploaded):
        raise LookupError(f"The match {match_id} does not begin with an upload.")  # noqa: TRY004  # the log is at fault, not a caller
    return event
