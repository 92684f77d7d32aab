"""The table `opponents`, kept up to date with the matches that changed."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from psycopg import Cursor
from psycopg.rows import TupleRow

from events.match import Result
from projections.entering import Change, entering
from projections.match_numbers import Played
from projections.opponents import (
    HeadToHead,
    Meetings,
    Rivals,
    by_rivals,
    opponent_row,
    respelled,
    seen_by_meetings,
)


def write(cursor: Cursor[TupleRow], changes: Iterable[Change]) -> None:
    """Bring the opponents of these matches up to date; `match_numbers` holds them already."""
    grouped = by_rivals(changes)
    if not grouped:
        return
    known = _load(cursor, grouped.keys())
    for rivals, changed in grouped.items():
        known[rivals] = _changed(cursor, rivals, known.get(rivals, HeadToHead()), changed)
    _write(cursor, known)


def _changed(
    cursor: Cursor[TupleRow], rivals: Rivals, known: HeadToHead, changes: Sequence[Change]
) -> HeadToHead:
    tally, meetings = known.tally, known.meetings
    for before, after in changes:
        tally = tally.changed(before, after)
    entered = entering(changes, meetings.streaks.last, seen_by_meetings)
    if entered is None:
        meetings, entered = Meetings(), _played(cursor, rivals)
    for played in entered:
        meetings = meetings.then(played)
    return HeadToHead(tally, meetings, respelled(known.spellings, changes))


def _played(cursor: Cursor[TupleRow], rivals: Rivals) -> list[Played]:
    """The confirmed matches of a player against one opponent, in the order of play."""
    cursor.execute(
        """
        SELECT played_at, match_id, opponent_name, result, score_user, score_opponent
        FROM match_numbers
        WHERE owner_id = %(owner_id)s AND opponent = %(opponent)s AND result IS NOT NULL
        ORDER BY played_at, match_id
        """,
        {"owner_id": rivals.owner_id, "opponent": rivals.opponent},
        binary=True,
    )
    return [
        Played(played_at, match_id, name, Result(result), user, opponent)
        for played_at, match_id, name, result, user, opponent in cursor
    ]


def _load(cursor: Cursor[TupleRow], wanted: Iterable[Rivals]) -> dict[Rivals, HeadToHead]:
    cursor.execute(
        "SELECT owner_id, opponent, state FROM opponents WHERE opponent_id = ANY(%(ids)s)",
        {"ids": [rivals.id for rivals in wanted]},
    )
    return {
        Rivals(owner_id, opponent): msgspec.json.decode(state, type=HeadToHead)
        for owner_id, opponent, state in cursor
    }


def _write(cursor: Cursor[TupleRow], known: Mapping[Rivals, HeadToHead]) -> None:
    """Keep these in place of those kept before; an opponent without matches has no row."""
    gone = [rivals.id for rivals, each in known.items() if each == HeadToHead()]
    if gone:
        cursor.execute("DELETE FROM opponents WHERE opponent_id = ANY(%(gone)s)", {"gone": gone})
    cursor.executemany(
        """
        INSERT INTO opponents (
            opponent_id, owner_id, opponent, played, won, lost, goal_difference, last_met_at,
            state, view
        )
        VALUES (
            %(opponent_id)s, %(owner_id)s, %(opponent)s, %(played)s, %(won)s, %(lost)s,
            %(goal_difference)s, %(last_met_at)s, %(state)s, %(view)s
        )
        ON CONFLICT (opponent_id) DO UPDATE SET
            played = EXCLUDED.played,
            won = EXCLUDED.won,
            lost = EXCLUDED.lost,
            goal_difference = EXCLUDED.goal_difference,
            last_met_at = EXCLUDED.last_met_at,
            state = EXCLUDED.state,
            view = EXCLUDED.view
        """,
        [opponent_row(rivals, each) for rivals, each in known.items() if each != HeadToHead()],
    )
