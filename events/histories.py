"""The stored events of one match, read in the event loop: a thread for it costs more than it."""

from typing import Final
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from psycopg import OperationalError

from events.refusals import Unavailable
from events.statement_pool import StatementPool
from events.statements import Statement
from events.writer import AWAY

_EVENTS: Final = Statement(
    """
    SELECT originator_version, topic, state
    FROM log.events
    WHERE originator_id = %(match_id)s
    ORDER BY originator_version
    """
)


async def stored_events(pool: StatementPool, match_id: UUID) -> list[StoredEvent]:
    """All events of the match in order; raises `Unavailable`."""
    try:
        rows = await pool.ask(_EVENTS, {"match_id": match_id})
    except OperationalError as error:
        raise Unavailable(AWAY) from error
    return [StoredEvent(match_id, *rows.row(number)) for number in range(len(rows))]
