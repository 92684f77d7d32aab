"""What must hold once a broken system is well again, checked in its database and from outside."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from msgspec import Struct
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
    ConfirmationRequested,
    ConfirmationWithdrawn,
    ExtractionFailed,
    ExtractionRequested,
    FriendErased,
    MatchDeleted,
    MatchErased,
    MatchEvent,
    MatchRestored,
    MatchVerified,
    RemovedByFriend,
    RestoredByFriend,
    ScreenshotAttached,
    ScreenshotUploaded,
    StatsExtracted,
)
from events.owner_keys import OwnerKeys
from events.seats import halves
from projections.builds import Build
from projections.catalogue import MATCHES, with_keys
from projections.halves import is_over
from projections.projection import Projection
from projections.rebuild import rebuild
from projections.streaks import streaks_of
from projections.summary import summary
from projections.swap import drop
from projections.tally import Tally
from projections.verify import verify
from tests.faults.load import BusyPlayer


class Encounter(Struct, frozen=True):
    """A match that both players said is right, as one of them counts it."""

    match_id: UUID
    player_id: UUID
    other_id: UUID
    scored: int
    conceded: int

    @property
    def points(self) -> int:
        """Three for a win and one for a draw; nobody here has shoot-outs."""
        return (self.scored >= self.conceded) + 2 * (self.scored > self.conceded)


def broken(settings: Settings, players: Sequence[BusyPlayer]) -> list[str]:
    """Every invariant that does not hold, as a sentence; once for a system."""
    with _opened(settings) as (log, conn, _):
        histories = _histories(log, conn)
        return [
            *inconsistent(settings),
            *_exported(settings.database, conn),
            *_confirmed(histories, players),
            *_tables(histories, players),
        ]


def inconsistent(settings: Settings) -> list[str]:
    """What does not fit together in the log, and between it and the rows made of it."""
    with _opened(settings) as (log, conn, keys):
        histories = _histories(log, conn)
        return [
            *_chain(conn),
            *_outcomes(histories),
            *_read_models(conn, histories),
            *_encounters(conn, histories),
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


def _outcomes(histories: dict[UUID, Sequence[MatchEvent]]) -> Iterator[str]:
    """One outcome for each request to read that still holds, and none for any other."""
    for match_id, events in histories.items():
        waiting: dict[UUID, MatchEvent] = {}
        for event in events:
            if not isinstance(event, StatsExtracted | ExtractionFailed):
                waiting = _waiting(waiting, event)
            elif not waiting.pop(event.request_id, None):
                yield f"Match {match_id}: a reading is recorded that nobody waited for."
        if waiting:
            yield f"Match {match_id}: {len(waiting)} readings are still to come."


def _waiting(waiting: dict[UUID, MatchEvent], event: MatchEvent) -> dict[UUID, MatchEvent]:
    """The requests to read that hold after an event."""
    match event:
        case ScreenshotUploaded() | ExtractionRequested():
            return {**waiting, event.id: event}
        case ScreenshotAttached():
            return {**_without_attached(waiting), event.id: event}
        case FriendErased():
            return _without_attached(waiting)
        case ConfirmationRequested() if event.code_hash:
            return _without_attached(waiting)
        case MatchErased():
            return {}
    return waiting


def _without_attached(waiting: dict[UUID, MatchEvent]) -> dict[UUID, MatchEvent]:
    return {
        request_id: event
        for request_id, event in waiting.items()
        if not isinstance(event, ScreenshotAttached)
    }


def _read_models(
    conn: psycopg.Connection[Any], histories: dict[UUID, Sequence[MatchEvent]]
) -> Iterator[str]:
    """The rows are what the log folds to, for each of the players of a match."""
    matches = {match_id: fold(events) for match_id, events in histories.items()}
    states = {
        match_id: msgspec.json.decode(state, type=Match)
        for match_id, state in conn.execute("SELECT match_id, state FROM read_models.states")
    }
    kept = {match_id: match for match_id, match in matches.items() if not is_over(match)}
    if states != kept:
        yield f"{len(states)} matches are kept; the log folds to {len(kept)}, or to other ones."
    lists: dict[UUID, list[Match]] = {}
    expected = {}
    for match_id, match in matches.items():
        for half in halves(match):
            lists.setdefault(half.owner_id, []).append(half)
            expected[match_id, half.owner_id] = msgspec.to_builtins(view(half))
    shown = {
        (match_id, owner_id): msgspec.json.decode(text)
        for match_id, owner_id, text in conn.execute(
            "SELECT match_id, owner_id, view FROM read_models.matches"
        )
    }
    for match_id, owner_id in shown.keys() | expected.keys():
        if shown.get((match_id, owner_id)) != expected.get((match_id, owner_id)):
            yield f"Match {match_id} is not shown to {owner_id} as the log tells it."
    for match_id, owner_id in shown:
        if owner_id not in _players(histories[match_id]):
            yield f"Match {match_id} is shown to {owner_id}, who is no part of it."
    summaries = {
        owner_id: msgspec.json.decode(text)
        for owner_id, text in conn.execute("SELECT owner_id, view FROM read_models.summaries")
    }
    for owner_id, own in lists.items():
        added_up = msgspec.to_builtins(_summary(own))
        if (found := summaries.get(owner_id)) != added_up:
            yield f"The summary of {owner_id} is {found}, the log adds up to {added_up}."


def _players(events: Sequence[MatchEvent]) -> list[UUID]:
    """The owner, and whoever else said first that the numbers are right; none who is erased."""
    owner_id = events[0].owner_id if isinstance(events[0], ScreenshotUploaded) else None
    players = [owner_id]
    gone: set[UUID | None] = set()
    for event in events:
        match event:
            case MatchVerified() if len(players) == 1 and event.player_id != owner_id:
                players.append(event.player_id)
            case MatchErased():
                gone.add(owner_id)
            case FriendErased():
                gone.add(event.player_id)
    return [player_id for player_id in players if player_id and player_id not in gone]


def encounters_of(events: Sequence[MatchEvent]) -> list[Encounter]:
    """What the two players of a match count against each other, by its events alone."""
    is_verified = False
    removed: set[str] = set()
    for event in events:
        match event:
            case MatchVerified():
                is_verified = True
            case ConfirmationRequested() | ConfirmationWithdrawn():
                is_verified = False
            case MatchDeleted() | RemovedByFriend():
                removed.add(type(event).__name__)
            case MatchRestored():
                removed.discard(MatchDeleted.__name__)
            case RestoredByFriend():
                removed.discard(RemovedByFriend.__name__)
    players = _players(events)
    if not is_verified or len(players) != 2 or len(removed) == 2:
        return []
    owner_id, friend_id = players
    confirmed = fold(events).confirmed
    assert confirmed
    scored, conceded = confirmed.score.user or 0, confirmed.score.opponent or 0
    match_id = events[0].match_id
    return [
        Encounter(match_id, owner_id, friend_id, scored, conceded),
        Encounter(match_id, friend_id, owner_id, conceded, scored),
    ]


def _encounters(
    conn: psycopg.Connection[Any], histories: dict[UUID, Sequence[MatchEvent]]
) -> Iterator[str]:
    """What counts between players is what both of them said last."""
    cursor = conn.execute(
        """
        SELECT match_id, player_id, other_id, goals_for, goals_against
        FROM read_models.encounters
        """
    )
    found = Counter(Encounter(*row) for row in cursor)
    expected = Counter(each for events in histories.values() for each in encounters_of(events))
    if found != expected:
        missing, extra = expected - found, found - expected
        yield f"Encounters differ: {len(missing)} are missing, {len(extra)} too many."


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
        actor = f"player:{player.player.id}"
        for match in (*player.matches, *player.shared):
            events = histories.get(UUID(match.id), [])
            versions = {event.version for event in events}
            if missing := match.confirmed_versions - versions:
                yield f"Match {match.id}: the confirmed versions {missing} are not in the log."
            commands = {event.cause.command_id for event in events if event.cause.actor == actor}
            changes = commands - player.acknowledged.keys()
            most = len(match.confirmed_versions) + match.doubtful
            if len(changes) > most:
                yield f"Match {match.id}: {len(changes)} changes are recorded, {most} were sent."
        known = [match.id for match in player.matches]
        owned = [i for i, e in histories.items() if fold(e).owner_id == UUID(player.player.id)]
        if {UUID(match_id) for match_id in known} != set(owned) or len(known) != len(set(known)):
            yield f"A player sent {len(known)} uploads and has {len(owned)} matches."
        for command_id, match_id in player.acknowledged.items():
            made = [e for e in histories[UUID(match_id)] if e.cause.command_id == command_id]
            if len(made) != 1:
                yield f"Match {match_id}: what was answered once is recorded {len(made)} times."


def _tables(
    histories: dict[UUID, Sequence[MatchEvent]], players: Sequence[BusyPlayer]
) -> Iterator[str]:
    """Each player's table is what both players of each match in it said last."""
    met = [each for events in histories.values() for each in encounters_of(events)]
    for player in players:
        me = UUID(player.player.id)
        circle = {me} | {each.other_id for each in met if each.player_id == me}
        expected: dict[str, tuple[int, int, int, int]] = {str(one): (0, 0, 0, 0) for one in circle}
        for each in met:
            if each.player_id in circle and each.other_id in circle:
                row = expected[str(each.player_id)]
                expected[str(each.player_id)] = (
                    row[0] + 1,
                    row[1] + each.scored,
                    row[2] + each.conceded,
                    row[3] + each.points,
                )
        shown = {
            row["id"]: (row["played"], row["goals_scored"], row["goals_conceded"], row["points"])
            for row in player.player.get("/api/friends/leaderboard/")
        }
        if shown != expected:
            yield f"The table of {me} is {shown}, the log adds up to {expected}."
