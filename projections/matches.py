"""The projection `matches`: every match folded and shown, and every player's summary."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
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
    own_names,
    owners,
    quality,
)
from projections.duplicates import looks_of
from projections.opponents_table import Opponents
from projections.own_names import Names
from projections.owners import Versions
from projections.piped import ask
from projections.quality import Tries
from projections.records_table import Holders
from projections.standings import (
    NONE,
    Standing,
    ask_standings,
    results,
    standings_in,
    write_standings,
)
from projections.streaks import Streaks, streaks_of
from projections.upsert import Upsert, Writes

# A match before a batch and after it.
Change = tuple[Match | None, Match]

# The columns of the table `matches`, in its order.
COLUMNS: Final = {
    "match_id": "uuid",
    "owner_id": "uuid",
    "created_at": "timestamptz",
    "played_at": "timestamptz",
    "opponent": "text",
    "status": "text",
    "result": "text",
    "score_user": "int2",
    "score_opponent": "int2",
    "goal_difference": "int2",
    "is_deleted": "bool",
    "version": "int8",
    "screenshot": "text",
    "media_type": "text",
    "reading_key": "text",
    "likeness": "int8",
    "state": "bytea",
    "view": "text",
}
_UPSERT: Final = Upsert(
    "matches",
    COLUMNS,
    "match_id",
    kept=("owner_id", "created_at", "screenshot", "media_type"),
)
_DECODER: Final = msgspec.json.Decoder(Match)
_ENCODER: Final = msgspec.json.Encoder()


def project(cursor: Cursor[TupleRow], batch: Sequence[Recorded]) -> tuple[UUID, ...]:
    """Fold a batch of events into the rows; gives the matches that changed.

    What is kept of players is asked for before rows are written and read after that, so that all
    of it is one exchange with the server where the cursor is in a pipeline.
    """
    before = _load_matches(cursor, {recorded.event.match_id for recorded in batch})
    after = dict(before)
    for recorded in batch:
        match_id, event = recorded.event.match_id, recorded.event
        if isinstance(event, MatchErased) and match_id not in after:
            continue  # its rows were taken out already
        after[match_id] = evolve(after.get(match_id), event)
    changes: list[Change] = [(before.get(match_id), match) for match_id, match in after.items()]
    renumbered = [(old, new) for old, new in changes if match_numbers.differs(old, new)]
    owned = _by_owner(renumbered)
    kept_standings = ask_standings(cursor, owned) if owned else ()
    kept_opponents = Opponents(cursor, renumbered)
    kept_records = Holders(cursor, renumbered)
    writes = Writes(cursor)
    writes.add(_UPSERT, [_values(match) for match in after.values() if not match.is_erased])
    _remove_matches(writes, [match.id for match in after.values() if match.is_erased])
    match_numbers.write(writes, (match for _, match in renumbered))
    changes_table.write(writes, batch, after)
    _add_sums(writes, changes)
    standings = standings_in(kept_standings)
    for owner_id, changed in owned.items():
        standings[owner_id] = _changed(writes, owner_id, standings.get(owner_id, NONE), changed)
    write_standings(writes, standings)
    kept_opponents.write(writes)
    kept_records.write(writes)
    duplicates.write(writes.flush(), changes)
    return tuple(after)


def _by_owner(changes: Iterable[Change]) -> dict[UUID, list[Change]]:
    owned: dict[UUID, list[Change]] = {}
    for before, after in changes:
        owned.setdefault(after.owner_id, []).append((before, after))
    return owned


def _changed(
    writes: Writes, owner_id: UUID, standing: Standing, changes: Sequence[Change]
) -> Standing:
    tally = standing.tally
    for before, after in changes:
        tally = tally.changed(before, after)
    streaks = extended(standing.streaks, changes)
    if streaks is None:
        streaks = streaks_of(results(writes.flush(), owner_id))
    return Standing(tally, streaks)


def _add_sums(writes: Writes, changes: Iterable[Change]) -> None:
    """What is summed up over many matches: the database adds, nobody has to know what was there."""
    tries, names, versions = Tries(), Names(), Versions()
    for before, after in changes:
        versions.change(before, after)
        tries.change(before, after)
        names.change(before, after)
    quality.write(writes, tries)
    own_names.write(writes, names)
    owners.write(writes, versions)


def extended(streaks: Streaks, changed: Iterable[Change]) -> Streaks | None:
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
    rows = ask(
        cursor,
        "SELECT match_id, state FROM matches WHERE match_id = ANY(%(match_ids)s)",
        {"match_ids": list(match_ids)},
    )
    return {match_id: _DECODER.decode(state) for match_id, state in rows}


def write_matches(cursor: Cursor[TupleRow], matches: Iterable[Match]) -> None:
    """Put the rows of the matches in place of those before."""
    _UPSERT.write(cursor, [_values(match) for match in matches])


def _values(match: Match) -> tuple[Any, ...]:
    return tuple(match_row(match).values())


def _remove_matches(writes: Writes, match_ids: list[UUID]) -> None:
    if match_ids:
        writes.flush().execute(
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
        "state": _ENCODER.encode(match),
        "view": _ENCODER.encode(view(match)).decode(),
    }
