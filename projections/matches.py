"""The projection `matches`: every match folded and shown, and every player's summary."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Cursor
from psycopg.rows import TupleRow

from events.log import Recorded
from events.match import Match, Result, evolve
from events.match_view import view
from events.matches import MatchErased
from events.names import fold
from events.stats import Pair
from projections import changes as changes_table
from projections import (
    duplicates,
    match_numbers,
    opponents_table,
    own_names,
    owners,
    quality,
    records_table,
)
from projections.duplicates import looks_of
from projections.own_names import Names
from projections.owners import Versions
from projections.quality import Tries
from projections.standings import Standing, load_standings, results, write_standings
from projections.streaks import Streaks, streaks_of


def project(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> tuple[UUID, ...]:
    """Fold a batch of events into the rows; gives the matches that changed."""
    before = _load_matches(cursor, {recorded.event.match_id for recorded in batch})
    after = dict(before)
    for recorded in batch:
        match_id, event = recorded.event.match_id, recorded.event
        if isinstance(event, MatchErased) and match_id not in after:
            continue  # its rows were taken out already
        after[match_id] = evolve(after.get(match_id), event)
    write_matches(cursor, [match for match in after.values() if not match.is_erased])
    _remove_matches(cursor, [match.id for match in after.values() if match.is_erased])
    renumbered = [
        (before.get(match.id), match)
        for match in after.values()
        if match_numbers.differs(before.get(match.id), match)
    ]
    match_numbers.write(cursor, (match for _, match in renumbered))
    changes_table.write(cursor, batch, after)
    changes: dict[UUID, list[tuple[Match | None, Match]]] = {}
    tries, names, versions = Tries(), Names(), Versions()
    for match in after.values():
        versions.change(before.get(match.id), match)
        tries.change(before.get(match.id), match)
        names.change(before.get(match.id), match)
        changes.setdefault(match.owner_id, []).append((before.get(match.id), match))
    standings = load_standings(cursor, changes.keys())
    for owner_id, changed in changes.items():
        standing = standings.get(owner_id, Standing())
        tally = standing.tally
        for old, new in changed:
            tally = tally.changed(old, new)
        streaks = extended(standing.streaks, changed)
        if streaks is None:
            streaks = streaks_of(results(cursor, owner_id))
        standings[owner_id] = Standing(tally, streaks)
    write_standings(cursor, standings)
    opponents_table.write(cursor, renumbered)
    records_table.write(cursor, renumbered)
    quality.write(cursor, tries)
    own_names.write(cursor, names)
    owners.write(cursor, versions)
    duplicates.write(cursor, ((before.get(match.id), match) for match in after.values()))
    return tuple(after)


def extended(streaks: Streaks, changed: Iterable[tuple[Match | None, Match]]) -> Streaks | None:
    """The runs after these changes, or None where they must be counted anew.

    A match that enters after all others only extends the runs; any other change to what counts
    may join or part runs in the middle.
    """
    entering = []
    for old, new in changed:
        was, is_now = _counted(old), _counted(new)
        if was == is_now:
            continue
        if was is not None or is_now is None:
            return None
        entering.append(is_now)
    for played_at, match_id, result in sorted(entering):
        if streaks.last is not None and (played_at, match_id) < streaks.last:
            return None
        streaks = streaks.then((played_at, match_id), result)
    return streaks


def _counted(match: Match | None) -> tuple[datetime, UUID, Result] | None:
    if match is None or match.is_deleted or match.result is None:
        return None
    return match.played_at, match.id, match.result


def _load_matches(cursor: Cursor[TupleRow], match_ids: set[UUID]) -> dict[UUID, Match]:
    cursor.execute(
        "SELECT match_id, state FROM matches WHERE match_id = ANY(%(match_ids)s)",
        {"match_ids": list(match_ids)},
    )
    return {match_id: msgspec.json.decode(state, type=Match) for match_id, state in cursor}


def write_matches(cursor: Cursor[TupleRow], matches: Iterable[Match]) -> None:
    """Put the rows of the matches in place of those before."""
    cursor.executemany(
        """
        INSERT INTO matches (
            match_id, owner_id, created_at, played_at, opponent, status, result, score_user,
            score_opponent, goal_difference, is_deleted, version, screenshot, media_type,
            reading_key, likeness, state, view
        )
        VALUES (
            %(match_id)s, %(owner_id)s, %(created_at)s, %(played_at)s, %(opponent)s, %(status)s,
            %(result)s, %(score_user)s, %(score_opponent)s, %(goal_difference)s, %(is_deleted)s,
            %(version)s, %(screenshot)s, %(media_type)s, %(reading_key)s, %(likeness)s, %(state)s,
            %(view)s
        )
        ON CONFLICT (match_id) DO UPDATE SET
            played_at = EXCLUDED.played_at,
            opponent = EXCLUDED.opponent,
            status = EXCLUDED.status,
            result = EXCLUDED.result,
            score_user = EXCLUDED.score_user,
            score_opponent = EXCLUDED.score_opponent,
            goal_difference = EXCLUDED.goal_difference,
            is_deleted = EXCLUDED.is_deleted,
            version = EXCLUDED.version,
            reading_key = EXCLUDED.reading_key,
            likeness = EXCLUDED.likeness,
            state = EXCLUDED.state,
            view = EXCLUDED.view
        """,
        [match_row(match) for match in matches],
    )


def _remove_matches(cursor: Cursor[TupleRow], match_ids: list[UUID]) -> None:
    if match_ids:
        cursor.execute(
            "DELETE FROM matches WHERE match_id = ANY(%(match_ids)s)", {"match_ids": match_ids}
        )


def match_row(match: Match) -> dict[str, Any]:
    """The row of the table `matches`, by column in the table's order."""
    score = match.confirmed.score if match.confirmed else Pair()
    user, opponent = score.user, score.opponent
    looks = looks_of(match)
    return {
        "match_id": match.id,
        "owner_id": match.owner_id,
        "created_at": match.created_at,
        "played_at": match.played_at,
        "opponent": fold(match.opponent_name),
        "status": match.status.value,
        "result": match.result and match.result.value,
        "score_user": user,
        "score_opponent": opponent,
        "goal_difference": None if user is None or opponent is None else user - opponent,
        "is_deleted": match.is_deleted,
        "version": match.version,
        "screenshot": match.screenshot,
        "media_type": match.media_type,
        "reading_key": looks and looks.reading_key,
        "likeness": looks and looks.likeness,
        "state": msgspec.json.encode(match),
        "view": msgspec.json.encode(view(match)).decode(),
    }
