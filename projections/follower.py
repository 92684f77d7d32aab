"""The loop that keeps the live build of a read model up to date."""

import logging
import threading
from typing import Final

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from events.recorder import APPENDED_CHANNEL
from projections.advance import BATCH, advance
from projections.builds import Refused
from projections.connecting import connect
from projections.places import LivePlace
from projections.projection import Projection

# A notification may be lost: the log is looked at this often in any case.
PATIENCE_SECONDS: Final = 0.5
PAUSE_AFTER_TROUBLE_SECONDS: Final = 0.2
# How soon a standby notices that the one who led is gone.
STANDBY_LOOKS_EVERY_SECONDS: Final = 0.2
# What is planned once, perhaps while the tables are empty, must be good when they have grown.
PLANS: Final = {"enable_seqscan": "off"}
# A leader asks something every half second. The server ends the session, and so the lead, of one
# that nobody hears of any more, though its network still looks alive.
SILENCE_OF_LEADER: Final = {
    "idle_session_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
}

log = logging.getLogger(__name__)


class LiveFollower:
    """Follows the log. Of several that run, one leads and the others stand by.

    `trouble` says why it does not follow now; a standby has none.
    """

    def __init__(self, conninfo: str, projection: Projection) -> None:
        self._conninfo = conninfo
        self._projection = projection
        self._place = LivePlace(projection)
        self._stopping = threading.Event()
        self.trouble: str | None = f"The projection {projection.name} has not begun yet."

    def stop(self) -> None:
        """Let `run` return after the batch at hand."""
        self._stopping.set()

    def run(self) -> None:
        """Follow until stopped; trouble with the database is waited out."""
        while not self._stopping.is_set():
            try:
                with connect(self._conninfo, f"projection {self._projection.name}") as conn:
                    self._follow(conn)
            except (psycopg.Error, Refused) as error:
                self._wait_out(error)
                self._stopping.wait(PAUSE_AFTER_TROUBLE_SECONDS)

    def step(self, conn: Connection[TupleRow]) -> int:
        """Project the next batch in one transaction; gives its number of events."""
        step = advance(conn, self._projection, self._place)
        for parked in step.parked:
            if parked.problem:
                log.error("parked match %s: %s", parked.stored.match_id, parked.problem)
        if step.events:
            name = self._projection.name
            log.info("projected %s to %d: %d events", name, step.position, step.events)
        return step.events

    def _wait_out(self, error: Exception) -> None:
        trouble = f"The projection {self._projection.name} waits: {error}".strip()
        if trouble != self.trouble:  # a long outage is one line
            log.warning("%s", trouble)
        self.trouble = trouble

    def _follow(self, conn: Connection[TupleRow]) -> None:
        conn.execute(f"LISTEN {APPENDED_CHANNEL}")
        for name, setting in (*SILENCE_OF_LEADER.items(), *PLANS.items()):
            conn.execute(
                "SELECT set_config(%(name)s, %(setting)s, false)",
                {"name": name, "setting": setting},
            )
        self._stand_by(conn)
        while not self._stopping.is_set():
            size = self.step(conn)
            self.trouble = None
            if size < BATCH:
                _wait_for_more(conn)

    def _stand_by(self, conn: Connection[TupleRow]) -> None:
        """Wait until no other leads. The lock goes with the connection, however it ends."""
        while not self._stopping.is_set():
            row = conn.execute(
                "SELECT pg_try_advisory_lock(hashtext(%(lock)s))",
                {"lock": f"tracker projection {self._projection.name}"},
            ).fetchone()
            if row and row[0]:
                return
            self.trouble = None
            self._stopping.wait(STANDBY_LOOKS_EVERY_SECONDS)


def _wait_for_more(conn: Connection[TupleRow]) -> None:
    for _ in conn.notifies(timeout=PATIENCE_SECONDS, stop_after=1):
        pass
