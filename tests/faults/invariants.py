"""What must hold once a broken system is well again, checked in its database and from outside."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, LiteralString
from uuid import UUID

import msgspec
import psycopg
from psycopg.conninfo import make_conninfo

from deploy.migrate import migrate_tables
from deploy.sealing_key import open_owner_keys
from deploy.settings import Settings
from events.archive import ends_early, from_line, import_rows, rows, to_line
from events.chain import first_fault
from events.log import MatchLog
from events.match import Match, fold
from events.match_view import view
from events.matches import (
    ExtractionFailed,
    ExtractionRequested,
    MatchEvent,
    ScreenshotUploaded,
    StatsExtracted,
)
from projections.builds import Build
from projections.catalogue import MATCHES, with_keys
from projections.projection import Projection
from projections.rebuild import rebuild
from projections.streaks import streaks_of
from projections.summary import summary
from projections.swap import drop
from projections.tally import Tally
from projections.verify import verify
from tests.faults.load import BusyPlayer


def broken(settings: Settings, players: Sequence[BusyPlayer]) -> list[str]:
    """Every invariant that does not hold, as a sentence."""
    database = settings.database
    with closing(open_owner_keys(settings)) as keys:
        log = MatchLog.open(database, connections=1, keys=keys)
        with closing(log), psycopg.connect(database) as conn:
            histories = _histories(log, conn)
            return [
                *_chain(conn),
                *_outcomes(histories),
                *_read_models(conn, histories),
                *_rebuilt(database, with_keys(MATCHES, keys)),
                *_exported(database, conn),
                *_confirmed(histories, players),
            ]


def _histories(log: MatchLog, conn: psycopg.Connection[Any]) -> dict[UUID, Sequence[MatchEvent]]:
    ids = conn.execute("SELECT DISTINCT originator_id FROM log.events").fetchall()
    return {match_id: log.events(match_id) for (match_id,) in ids}


def _chain(conn: psycopg.Connection[Any]) -> Iterator[str]:
    if fault := first_fault(rows(conn)) or ends_early(conn):
        yield fault


def _outcomes(histories: dict[UUID, Sequence[MatchEvent]]) -> Iterator[str]:
    """One outcome for each request to read."""
    for match_id, events in histories.items():
        asked = [e.id for e in events if isinstance(e, ScreenshotUploaded | ExtractionRequested)]
        answered = [
            event.request_id
            for event in events
            if isinstance(event, StatsExtracted | ExtractionFailed)
        ]
        if Counter(asked) != Counter(answered):
            yield f"Match {match_id}: {len(asked)} readings asked for, {len(answered)} recorded."


def _read_models(
    conn: psycopg.Connection[Any], histories: dict[UUID, Sequence[MatchEvent]]
) -> Iterator[str]:
    """The rows are what the log folds to."""
    matches = {match_id: fold(events) for match_id, events in histories.items()}
    shown = _views(conn, "SELECT match_id, view FROM read_models.matches")
    for match_id, match in matches.items():
        if shown.get(match_id) != msgspec.to_builtins(view(match)):
            yield f"Match {match_id} is not shown as the log tells it."
    if extra := shown.keys() - matches.keys():
        yield f"{len(extra)} matches are shown that the log does not know."
    summaries = _views(conn, "SELECT owner_id, view FROM read_models.summaries")
    for owner_id in {match.owner_id for match in matches.values()}:
        own = [match for match in matches.values() if match.owner_id == owner_id]
        expected = msgspec.to_builtins(_summary(own))
        if (found := summaries.get(owner_id)) != expected:
            yield f"The summary of {owner_id} is {found}, the log adds up to {expected}."


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


def _views(conn: psycopg.Connection[Any], query: LiteralString) -> dict[UUID, Any]:
    return {key: msgspec.json.decode(text) for key, text in conn.execute(query).fetchall()}


def _summary(matches: Sequence[Match]) -> Any:
    tally = Tally()
    for match in matches:
        tally = tally.changed(None, match)
    results = [
        (match.played_at, match.id, match.result)
        for match in matches
        if match.result and not match.is_deleted
    ]
    return summary(tally, streaks_of(sorted(results)))


def _confirmed(
    histories: dict[UUID, Sequence[MatchEvent]], players: Sequence[BusyPlayer]
) -> Iterator[str]:
    """What was answered with success is there once; nothing is there that nobody sent."""
    for player in players:
        for match in player.matches:
            events = histories.get(UUID(match.id), [])
            versions = {event.version for event in events}
            if missing := match.confirmed_versions - versions:
                yield f"Match {match.id}: the confirmed versions {missing} are not in the log."
            by_player = [e for e in events if e.cause.actor.startswith("player:")]
            sent_along = sum(e.version == 2 for e in by_player if _is_with_upload(e, events))
            most = len(match.confirmed_versions) + match.doubtful + sent_along
            if len(by_player) > most:
                yield f"Match {match.id}: {len(by_player)} changes are recorded, {most} were sent."
        known = [match.id for match in player.matches]
        owned = [i for i, e in histories.items() if fold(e).owner_id == UUID(player.player.id)]
        if {UUID(match_id) for match_id in known} != set(owned) or len(known) != len(set(known)):
            yield f"A player sent {len(known)} uploads and has {len(owned)} matches."


def _is_with_upload(event: MatchEvent, events: Sequence[MatchEvent]) -> bool:
    return event.cause.command_id == events[0].cause.command_id
