"""The projection `matches`: every match folded and shown, and every player's summary."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final
from uuid import UUID

import msgspec

from events.columns import UUIDS
from events.log import Recorded
from events.match import Match, Result, evolve
from events.match_view import view
from events.matches import FriendErased, MatchErased
from events.names import fold
from events.stats import Pair
from projections import changes as changes_table
from projections import (
    duplicates,
    friends,
    match_numbers,
    own_names,
    owners,
    quality,
)
from projections.duplicates import looks_of
from projections.halves import HalfChange, half_changes, is_over
from projections.opponents_table import Opponents
from projections.own_names import Names
from projections.owners import Versions
from projections.piped import Session, ask
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
    "view": "text",
}
STATES: Final = {"match_id": "uuid", "state": "bytea"}
_UPSERT: Final = Upsert("matches", COLUMNS, ("match_id", "owner_id"), kept=("created_at",))
_UPSERT_STATES: Final = Upsert("states", STATES, "match_id")
_DECODER: Final = msgspec.json.Decoder(Match)
_ENCODER: Final = msgspec.json.Encoder()


def project(session: Session, batch: Sequence[Recorded]) -> tuple[UUID, ...]:
    """Fold a batch of events into the rows; gives the matches that changed.

    What is kept of players is asked for before rows are written and read after that, so that all
    of it is one exchange with the server where the session is a pipe.
    """
    before = _load_matches(session, {recorded.event.match_id for recorded in batch})
    after = dict(before)
    for recorded in batch:
        match_id, event = recorded.event.match_id, recorded.event
        if isinstance(event, MatchErased | FriendErased) and match_id not in after:
            continue  # its rows were taken out already
        after[match_id] = evolve(after.get(match_id), event)
    whole = [(before.get(match_id), match) for match_id, match in after.items()]
    changes = list(chain.from_iterable(half_changes(old, new) for old, new in whole))
    renumbered = [(old, new) for old, new in changes if match_numbers.differs(old, new)]
    owned = _by_owner(renumbered)
    kept_standings = ask_standings(session, owned) if owned else ()
    kept_opponents = Opponents(session, renumbered)
    kept_records = Holders(session, renumbered)
    writes = Writes(session)
    _add_states(writes, after.values())
    _add_halves(writes, [half for _, half in changes])
    match_numbers.write(writes, (match for _, match in renumbered))
    changes_table.write(writes, batch, after, [half for _, half in changes if half.is_erased])
    quality.write(writes, tries_of(whole))
    friends.write(writes, whole)
    _add_sums(writes, changes)
    standings = standings_in(kept_standings)
    for owner_id, changed in owned.items():
        standings[owner_id] = _changed(writes, owner_id, standings.get(owner_id, NONE), changed)
    write_standings(writes, standings)
    kept_opponents.write(writes)
    kept_records.write(writes)
    duplicates.write(writes.flush(), changes)
    return tuple(after)


def _by_owner(changes: Iterable[HalfChange]) -> dict[UUID, list[HalfChange]]:
    owned: dict[UUID, list[HalfChange]] = {}
    for before, after in changes:
        owned.setdefault(after.owner_id, []).append((before, after))
    return owned


def _changed(
    writes: Writes, owner_id: UUID, standing: Standing, changes: Sequence[HalfChange]
) -> Standing:
    tally = standing.tally
    for before, after in changes:
        tally = tally.changed(before, after)
    streaks = extended(standing.streaks, changes)
    if streaks is None:
        streaks = streaks_of(results(writes.flush(), owner_id))
    return Standing(tally, streaks)


def _add_sums(writes: Writes, changes: Iterable[HalfChange]) -> None:
    """What is summed up over many matches: the database adds, nobody has to know what was there."""
    names, versions = Names(), Versions()
    for before, after in changes:
        versions.change(before, after)
        names.change(before, after)
    own_names.write(writes, names)
    owners.write(writes, versions)


def extended(streaks: Streaks, changed: Iterable[HalfChange]) -> Streaks | None:
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


def _load_matches(session: Session, match_ids: set[UUID]) -> dict[UUID, Match]:
    rows = ask(
        session,
        "SELECT match_id, state FROM states WHERE match_id = ANY(%(match_ids)s)",
        {"match_ids": UUIDS.column([*match_ids])},
    )
    return {match_id: _DECODER.decode(state) for match_id, state in rows}


def _add_states(writes: Writes, matches: Iterable[Match]) -> None:
    """Keep the folded matches; nothing is kept of one that is over."""
    kept, over = [], []
    for match in matches:
        if is_over(match):
            over.append(match.id)
        else:
            kept.append(state_row(match))
    writes.add(_UPSERT_STATES, kept)
    if over:
        writes.flush().execute(
            "DELETE FROM states WHERE match_id = ANY(%(over)s)", {"over": UUIDS.column(over)}
        )


def write_halves(session: Session, halves: Sequence[Match]) -> None:
    """Put the rows of the halves in place of those before."""
    writes = Writes(session)
    _add_halves(writes, halves)
    writes.flush()


def _add_halves(writes: Writes, halves: Sequence[Match]) -> None:
    writes.add(_UPSERT, [match_row(half) for half in halves if not half.is_erased])
    gone = [half for half in halves if half.is_erased]
    if gone:
        writes.flush().execute(
            """
            DELETE FROM matches
            WHERE (match_id, owner_id) IN (
                SELECT * FROM unnest(%(matches)s::uuid[], %(owners)s::uuid[])
            )
            """,
            {
                "matches": UUIDS.column([half.id for half in gone]),
                "owners": UUIDS.column([half.owner_id for half in gone]),
            },
        )


def tries_of(changes: Iterable[tuple[Match | None, Match]]) -> Tries:
    """What owners changed in readings; a friend sees the same numbers, and counts no more."""
    tries = Tries()
    for before, after in changes:
        tries.change(before, after)
    return tries


def state_row(match: Match) -> tuple[Any, ...]:
    """The row of the table `states`: the folded match, to fold the next event onto."""
    return match.id, _ENCODER.encode(match)


def match_row(match: Match) -> tuple[Any, ...]:
    """The row of the table `matches` for a half, by `COLUMNS`."""
    score = match.confirmed.score if match.confirmed else Pair()
    user, opponent = score.user, score.opponent
    looks, result = looks_of(match), match.result
    return (
        match.id,
        match.owner_id,
        match.created_at,
        match.played_at,
        fold(match.opponent_name),
        match.status,
        result,
        user,
        opponent,
        None if user is None or opponent is None else user - opponent,
        match.is_deleted,
        match.version,
        match.screenshot,
        match.media_type,
        looks and looks.reading_key,
        looks and looks.likeness,
        _ENCODER.encode(view(match)).decode(),
    )
