"""Random histories of several matches and owners, and the rows that come of them."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import psycopg
from hypothesis import strategies as st
from msgspec.structs import replace
from psycopg import sql

from events.codec import EventMapper
from events.match import Match, evolve
from events.matches import (
    ExtractionRequested,
    MatchDeleted,
    MatchErased,
    MatchEvent,
    MatchRestored,
    StatsConfirmed,
    StatsCorrected,
    StatsExtracted,
)
from events.stats import STATISTICS, Pair, Sides
from projections.builds import Build, schema_of
from projections.catalogue import MATCHES
from tests.examples import NOON, READING, UPLOADED, cause

# A confirmation may name the opponent; after a shoot-out it has penalties, too.
KINDS = [
    *("confirm", "confirm Yássine", "confirm YAS sine", "confirm Omar", "confirm omar"),
    *("shoot-out", "shoot-out Omar", "read", "request", "delete", "restore", "erase"),
]
numbers = st.one_of(st.none(), st.integers(0, 9))
happenings = st.lists(
    st.tuples(
        st.integers(0, 5),  # which match
        st.sampled_from(KINDS),
        st.builds(Pair, st.integers(0, 2), st.integers(0, 2)),
        st.dictionaries(
            st.sampled_from(["shots", "saves", "possession"]), st.builds(Pair, numbers, numbers)
        ),
        st.integers(0, 4),  # hours
    ),
    max_size=40,
)
PLAIN: Final = EventMapper()
Happened = list[tuple[int, str, Pair, dict[str, Pair], int]]


def told(happened: Happened) -> list[MatchEvent]:
    """The events of what happened: six matches of three owners, mixed."""
    matches: dict[int, Match] = {}
    events: list[MatchEvent] = []
    for number, kind, score, stats, hours in happened:
        match = matches.get(number)
        if match and match.is_erased:
            continue  # nothing happens to it any more
        event = (
            following(match, kind, score, stats, hours)
            if match
            else replace(UPLOADED, match_id=UUID(int=number + 1), owner_id=UUID(int=number % 3 + 1))
        )
        events.append(replace(event, cause=cause(len(events) + 1)))
        matches[number] = evolve(match, events[-1])
    return events


def following(
    match: Match, kind: str, score: Pair, stats: dict[str, Pair], hours: int
) -> MatchEvent:
    match_id, version, why = match.id, match.version + 1, cause()
    kind, _, name = kind.partition(" ")
    match kind:
        case "delete":
            return MatchDeleted(match_id=match_id, version=version, cause=why)
        case "restore":
            return MatchRestored(match_id=match_id, version=version, cause=why)
        case "erase":
            return MatchErased(match_id=match_id, version=version, cause=why)
        case "request":
            return ExtractionRequested(match_id=match_id, version=version, cause=why)
        case "read":
            return StatsExtracted(
                match_id=match_id,
                version=version,
                cause=why,
                owner_id=match.owner_id,
                request_id=UPLOADED.id,
                reading=replace(
                    READING,
                    score=Sides(score.user, score.opponent),
                    stats=dict.fromkeys(STATISTICS, Sides(1, 2)),
                    # One more hour is five bits more.
                    likeness=f"{(1 << 5 * hours) - 1:016x}",
                ),
            )
    return (StatsCorrected if match.confirmed else StatsConfirmed)(
        match_id=match_id,
        version=version,
        cause=why,
        owner_id=match.owner_id,
        opponent_name=name or "Yassine",
        side=None,
        score=score,
        penalties=Pair(hours, 2) if kind == "shoot-out" else None,
        stats=stats,
        played_at=NOON + timedelta(hours=hours),
    )


def store(
    conn: psycopg.Connection[Any], events: list[MatchEvent], mapper: EventMapper = PLAIN
) -> None:
    """Put events into the log at once, after those that are there.

    For reading alone: the hashes are empty.
    """
    row = conn.execute("SELECT coalesce(max(notification_id), 0) FROM log.events").fetchone()
    last = row[0] if row else 0
    rows = [
        (last + number, stored.originator_id, stored.originator_version, stored.topic, stored.state)
        for number, stored in enumerate(map(mapper.to_stored_event, events), start=1)
    ]
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO log.events (
                notification_id, originator_id, originator_version, topic, state,
                recorded_at, previous_hash, hash
            )
            VALUES (%s, %s, %s, %s, %s, now(), '', '')
            """,
            rows,
        )


def empty(conn: psycopg.Connection[Any]) -> None:
    """Take everything out of the live build, as if nothing had been projected yet."""
    names = [sql.Identifier(schema_of(MATCHES, Build.LIVE), table) for table in MATCHES.tables]
    names.append(sql.Identifier("log", "checkpoints"))
    conn.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(names)))


def rows_of(conn: psycopg.Connection[Any], build: Build = Build.LIVE) -> dict[str, list[Any]]:
    """All rows of a build, by table, in the order of keys."""
    rows = {}
    for table, keys in MATCHES.tables.items():
        query = sql.SQL("SELECT * FROM {} ORDER BY {}").format(
            sql.Identifier(schema_of(MATCHES, build), table),
            sql.SQL(", ").join(map(sql.Identifier, keys)),
        )
        rows[table] = conn.execute(query).fetchall()
    return rows


def dead_letters(conn: psycopg.Connection[Any], build: Build = Build.LIVE) -> list[Any]:
    """Position, match and whether there is a problem, of all that is parked in a build."""
    table = sql.Identifier(schema_of(MATCHES, build), "dead_letters")
    query = "SELECT position, match_id, problem IS NOT NULL FROM {} ORDER BY position"
    return conn.execute(sql.SQL(query).format(table)).fetchall()
