"""The projection `matches`: every match folded and shown, and every player's summary."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg.rows import TupleRow

from events.columns import UUIDS
from events.log import Recorded
from events.match import Match, evolve
from events.match_view import view
from events.matches import Confirmation, FriendErased, MatchErased, ScreenshotUploaded
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
from projections.opponents import Rivals
from projections.opponents_table import Opponents
from projections.own_names import Names
from projections.owners import Versions
from projections.piped import Session, ask
from projections.quality import Tries
from projections.records_table import Holders
from projections.standings_table import Standings
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
# Events that name the player whose sums they change, and the opponent.
_NAMING: Final = (ScreenshotUploaded, Confirmation)
_ENCODER: Final = msgspec.json.Encoder()

Players = tuple[Standings, Opponents, Holders]


def project(session: Session, batch: Sequence[Recorded]) -> Callable[[], tuple[UUID, ...]]:
    """Ask for what a batch of events needs; gives what folds them into the rows.

    That gives the matches that changed. Most events name the player whose sums they change, and the
    opponent: what is kept of both is asked for beside the matches. Where the session is a pipe, all
    of it is one exchange with the server then, and that of the lock as well.
    """
    states = _ask_states(session, {recorded.event.match_id for recorded in batch})
    return partial(_project, session, batch, states, _ask_players(session, batch))


def _project(
    session: Session, batch: Sequence[Recorded], states: Iterable[TupleRow], players: Players
) -> tuple[UUID, ...]:
    before = {match_id: _DECODER.decode(state) for match_id, state in states}
    after = dict(before)
    for recorded in batch:
        match_id, event = recorded.event.match_id, recorded.event
        if isinstance(event, MatchErased | FriendErased) and match_id not in after:
            continue  # its rows were taken out already
        after[match_id] = evolve(after.get(match_id), event)
    whole = [(before.get(match_id), match) for match_id, match in after.items()]
    changes = list(chain.from_iterable(half_changes(old, new) for old, new in whole))
    renumbered = [(old, new) for old, new in changes if match_numbers.differs(old, new)]
    for each in players:
        each.take(renumbered)
    writes = Writes(session)
    _add_states(writes, after.values())
    _add_halves(writes, [half for _, half in changes])
    match_numbers.write(writes, (match for _, match in renumbered))
    changes_table.write(writes, batch, after, [half for _, half in changes if half.is_erased])
    quality.write(writes, tries_of(whole))
    friends.write(writes, whole)
    _add_sums(writes, changes)
    for each in players:
        each.write(writes)
    duplicates.write(writes.flush(), changes)
    return tuple(after)


def _add_sums(writes: Writes, changes: Iterable[HalfChange]) -> None:
    """What is summed up over many matches: the database adds, nobody has to know what was there."""
    names, versions = Names(), Versions()
    for before, after in changes:
        versions.change(before, after)
        names.change(before, after)
    own_names.write(writes, names)
    owners.write(writes, versions)


def _ask_players(session: Session, batch: Sequence[Recorded]) -> Players:
    """Begin to ask for what is kept of those whom the events name."""
    named = [each.event for each in batch if isinstance(each.event, _NAMING)]
    rivals = {Rivals(event.owner_id, fold(event.opponent_name)) for event in named}
    confirming = {event.owner_id for event in named if isinstance(event, Confirmation)}
    return (
        Standings(session, {each.owner_id for each in rivals}),
        Opponents(session, rivals),
        Holders(session, confirming),
    )


def _ask_states(session: Session, match_ids: set[UUID]) -> Iterable[TupleRow]:
    return ask(
        session,
        "SELECT match_id, state FROM states WHERE match_id = ANY(%(match_ids)s)",
        {"match_ids": UUIDS.column([*match_ids])},
    )


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
