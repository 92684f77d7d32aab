"""What the writer asks of the database for a group: two round trips on a connection of its own.

The statements are prepared once and sent past psycopg's cursors and adapters, which cost several
times what the driver below them does.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

from events.answering import AnsweringConnection
from events.chain import StoredRow
from events.columns import BYTES, INT8S, TEXTS, TIMES, UUIDS, Column
from events.group import Known, Place
from events.statements import Rows, Statement

# Told of every group. Those who wait for few kinds of events listen to the names of these.
APPENDED_CHANNEL: Final = "log_appended"
# Any number does, as long as every writer takes the same.
TAKE_APPEND_LOCK: Final = "SELECT pg_advisory_xact_lock(7431142)"
# A writer that stops in the middle of a group would keep all others from writing.
LET_GO_OF_THE_LOCK: Final = "SET idle_in_transaction_session_timeout = '2s'"
# By itself the server would plan the lookups for every group, which takes longer than they do.
# A plan that is kept must be good when the log has grown, too.
PLAN_ONCE: Final = ("SET plan_cache_mode = force_generic_plan", "SET enable_seqscan = off")

_BEGIN: Final = Statement("BEGIN")
_COMMIT: Final = Statement("COMMIT")
# A statement of its own: what the next one sees is from after the lock was given.
_LOCK: Final = Statement(TAKE_APPEND_LOCK)
# The end of the log, then the commands that are known, then last versions, each with its number.
_LOOK: Final = Statement(
    """
    SELECT 0, NULL::uuid, last.notification_id, last.hash, clock_timestamp()
    FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
        SELECT notification_id, hash FROM log.events ORDER BY notification_id DESC LIMIT 1
    ) AS last ON true
    UNION ALL
    SELECT 1, command_id, position, fingerprint, NULL
    FROM log.commands
    WHERE command_id = ANY(%(command_ids)s::uuid[])
    UNION ALL
    SELECT 2, originator_id, max(originator_version), NULL, NULL
    FROM log.events
    WHERE originator_id = ANY(%(match_ids)s::uuid[])
    GROUP BY originator_id
    """
)
_INSERT: Final = Statement(
    """
    WITH events AS (
        INSERT INTO log.events (
            originator_id, originator_version, topic, state,
            notification_id, recorded_at, previous_hash, hash
        )
        SELECT * FROM unnest(
            %(match_ids)s::uuid[], %(versions)s::bigint[], %(names)s::text[], %(states)s::bytea[],
            %(positions)s::bigint[], %(times)s::timestamptz[],
            %(previous_hashes)s::bytea[], %(hashes)s::bytea[]
        )
    ), commands AS (
        INSERT INTO log.commands (command_id, position, fingerprint)
        SELECT * FROM unnest(
            %(command_ids)s::uuid[], %(lasts)s::bigint[], %(fingerprints)s::bytea[]
        )
    )
    SELECT pg_notify(channel, '') FROM unnest(%(channels)s::text[]) AS channel
    """
)
_STATEMENTS: Final = (_BEGIN, _LOCK, _LOOK, _INSERT, _COMMIT)


class AppendingConnection(AnsweringConnection):
    """A connection for `look` and then `write`, once a group. After an error it is of no use."""

    def prepare(self) -> None:
        """Make it ready; from then on nothing else can be asked of it."""
        self.execute(LET_GO_OF_THE_LOCK)
        for setting in PLAN_ONCE:
            self.execute(setting)
        self.pgconn.enter_pipeline_mode()
        for statement in _STATEMENTS:
            self.pgconn.send_prepare(statement.name, statement.sent)
        self._answers(len(_STATEMENTS))

    def look(self, command_ids: Sequence[UUID], match_ids: Sequence[UUID]) -> tuple[Place, Known]:
        """Take the lock, then see where the log ends and what is known of these."""
        self._send(_BEGIN)
        self._send(_LOCK)
        self._send(
            _LOOK, {"command_ids": UUIDS.column(command_ids), "match_ids": UUIDS.column(match_ids)}
        )
        _, _, looked = self._answers(3)
        known = Known({}, {})
        rows = Rows(looked)
        for number in range(len(rows)):
            kind, key, position, mark, now = rows.row(number)
            if kind == 0:
                place = Place.after(position, mark, now)
            elif kind == 1:
                known.commands[key] = (position, mark)
            else:
                known.versions[key] = position
        return place, known

    def write(
        self, rows: Sequence[StoredRow], commands: Sequence[tuple[UUID, int, bytes | None]]
    ) -> None:
        """Write these, tell the readers, and let go of the lock."""
        if rows:
            command_ids, lasts, fingerprints = zip(*commands, strict=True)
            self._send(
                _INSERT,
                {
                    "match_ids": UUIDS.column([row.match_id for row in rows]),
                    "versions": INT8S.column([row.version for row in rows]),
                    "names": TEXTS.column([row.name for row in rows]),
                    "states": BYTES.column([row.state for row in rows]),
                    "positions": INT8S.column([row.position for row in rows]),
                    "times": TIMES.column([row.recorded_at for row in rows]),
                    "previous_hashes": BYTES.column([row.previous_hash for row in rows]),
                    "hashes": BYTES.column([row.hash for row in rows]),
                    "command_ids": UUIDS.column(command_ids),
                    "lasts": INT8S.column(lasts),
                    "fingerprints": BYTES.column(fingerprints),
                    "channels": TEXTS.column([APPENDED_CHANNEL, *{row.name for row in rows}]),
                },
            )
        self._send(_COMMIT)
        self._answers(2 if rows else 1)

    def _send(self, statement: Statement, columns: Mapping[str, Column] | None = None) -> None:
        values = [columns[name].encoded for name in statement.names] if columns else []
        self.pgconn.send_query_prepared(
            statement.name, values, [Format.BINARY] * len(values), result_format=Format.BINARY
        )

    def _answers(self, number: int) -> list[PGresult]:
        """The results of the statements that were sent; raises what the server says."""
        self.pgconn.pipeline_sync()
        results = self.wait(_results(self.pgconn, number))
        for result in results:
            if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
                raise error_from_result(result)
        return results


def _results(connection: PGconn, number: int) -> PQGen[list[PGresult]]:
    yield from send(connection)
    results: list[Any] = []
    for _ in range(number):
        results += yield from fetch_many(connection)
    yield from fetch_many(connection)  # that all are through
    return results
