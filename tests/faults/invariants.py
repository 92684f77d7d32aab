"""What must hold once a broken system is well again, checked in its database and from outside."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo

from deploy.migrate import migrate_tables
from deploy.sealing_key import open_owner_keys
from deploy.settings import Settings
from events.archive import ends_early, from_line, import_rows, rows, to_line
from events.chain import first_fault
from events.log import MatchLog
from events.matches import MatchEvent
from events.owner_keys import OwnerKeys
from projections.builds import Build
from projections.catalogue import MATCHES, with_keys
from projections.projection import Projection
from projections.rebuild import rebuild
from projections.swap import drop
from projections.verify import verify
from tests.faults.invariants_of_one_player import confirmed_once, one_outcome_each, shown_as_told
from tests.faults.invariants_of_two_players import met_as_told, ranked_as_told
from tests.faults.load import BusyPlayer


def broken(settings: Settings, players: Sequence[BusyPlayer]) -> list[str]:
    """Every invariant that does not hold, as a sentence; once for a system."""
    with _opened(settings) as (log, conn, _):
        histories = _histories(log, conn)
        return [
            *inconsistent(settings),
            *_exported(settings.database, conn),
            *confirmed_once(histories, players),
            *ranked_as_told(histories, players),
        ]


def inconsistent(settings: Settings) -> list[str]:
    """What does not fit together in the log, and between it and the rows made of it."""
    with _opened(settings) as (log, conn, keys):
        histories = _histories(log, conn)
        return [
            *_chain(conn),
            *one_outcome_each(histories),
            *shown_as_told(conn, histories),
            *met_as_told(conn, histories),
            *_rebuilt(settings.database, with_keys(MATCHES, keys)),
        ]


@contextmanager
def _opened(
    settings: Settings,
) -> Iterator[tuple[MatchLog, psycopg.Connection[Any], OwnerKeys]]:
    with closing(open_owner_keys(settings)) as keys:
        log = MatchLog.open(settings.database, connections=1, keys=keys)
        with closing(log), psycopg.connect(settings.database) as conn:
            yield log, conn, keys


def _histories(log: MatchLog, conn: psycopg.Connection[Any]) -> dict[UUID, Sequence[MatchEvent]]:
    ids = conn.execute("SELECT DISTINCT originator_id FROM log.events").fetchall()
    return {match_id: log.events(match_id) for (match_id,) in ids}


def _chain(conn: psycopg.Connection[Any]) -> Iterator[str]:
    if fault := first_fault(rows(conn)) or ends_early(conn):
        yield fault


def _rebuilt(database: str, projection: Projection) -> Iterator[str]:
    """The rows are what a build from the first event on gives."""
    rebuild(database, projection, lambda *_: None)
    for table in verify(database, projection):
        if not table.is_equal:
            yield f"A rebuild gives other rows: {table}."
    drop(database, projection, Build.NEXT)


def _exported(database: str, conn: psycopg.Connection[Any]) -> Iterator[str]:
    """What is exported and imported is the same log."""
    stored = list(rows(conn))
    empty = make_conninfo(database, dbname="imported")
    with psycopg.connect(database, autocommit=True) as outside:
        outside.execute("CREATE DATABASE imported")
    migrate_tables(empty)
    with psycopg.connect(empty) as other:
        import_rows(other, [from_line(to_line(row)) for row in stored])
        if list(rows(other)) != stored:
            yield "An import of what was exported gives another log."
