"""The stored events of one match, read in the event loop: a thread for it costs more than it."""

from typing import Final
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from psycopg import OperationalError

from events.refusals import Unavailable
from events.statement_pool import StatementPool
from events.statements import Rows, Statement
from events.writer import AWAY

_EVENTS: Final = Statement(
    """
    SELECT originator_version, topic, state
    FROM log.events
    WHERE originator_id = %(match_id)s
    ORDER BY originator_version
    """
)
LAST_POSITION: Final = Statement(
    "SELECT max(notification_id) FROM log.events WHERE originator_id = %(match_id)s"
)


async def stored_events(pool: StatementPool, match_id: UUID) -> list[StoredEvent]:
    """All events of the match in order; raises `Unavailable`."""
    rows = await _rows(pool, _EVENTS, match_id)
    return [StoredEvent(match_id, *rows.row(number)) for number in range(len(rows))]


async def last_position(pool: StatementPool, match_id: UUID) -> int:
    """The position of the last event of a match that has any; raises `Unavailable`."""
    rows = await _rows(pool, LAST_POSITION, match_id)
    return int(rows.value(0, 0))


async def _rows(pool: StatementPool, statement: Statement, match_id: UUID) -> Rows:
    try:
        return await pool.ask(statement, {"match_id": match_id})
    except OperationalError as error:
        raise Unavailable(AWAY) from error
