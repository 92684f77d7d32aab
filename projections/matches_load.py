"""The projection `matches` in bulk: whole histories are folded in memory and copied in."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import Cursor
from psycopg.rows import TupleRow

from events.codec import EventMapper
from events.match import Match, Result, evolve
from projections import own_names, owners, quality
from projections.dead_letters import is_fault_of_event
from projections.matches import match_row
from projections.own_names import Names
from projections.owners import Versions
from projections.quality import Tries
from projections.standings import Standing, standing_row
from projections.stored import Stored, Unprojectable, problem_of
from projections.streaks import Streaks
from projections.tally import Count

# FREEZE: the tables are new in this transaction, so nobody has to look at these rows again later.
COPY_MATCHES: Final = """
COPY matches (
    match_id, owner_id, created_at, played_at, opponent, status, result, score_user,
    score_opponent, goal_difference, is_deleted, version, screenshot, media_type, state, view
)
FROM STDIN (FORMAT binary, FREEZE)
"""
MATCH_TYPES: Final = (
    "uuid", "uuid", "timestamptz", "timestamptz", "text", "text", "text", "int2",
    "int2", "int2", "bool", "int8", "text", "text", "bytea", "text",
)  # fmt: skip
COPY_SUMMARIES: Final = """
COPY summaries (owner_id, tally, streaks, view) FROM STDIN (FORMAT binary, FREEZE)
"""
SUMMARY_TYPES: Final = ("uuid", "bytea", "bytea", "text")


class Folded(Struct, frozen=True):
    """A match after all of its events that could be taken, and its row; None after not even one."""

    match: Match | None
    row: tuple[Any, ...] | None
    left: Sequence[Unprojectable] = ()


def load(
    cursor: Cursor[TupleRow], histories: Iterable[Sequence[Stored]], mapper: EventMapper
) -> Sequence[Unprojectable]:
    """Fill the tables, which are new in this transaction; gives what could not be projected."""
    counts: dict[UUID, Count] = {}
    tries, names, versions = Tries(), Names(), Versions()
    left: list[Unprojectable] = []
    with cursor.copy(COPY_MATCHES) as copy:
        copy.set_types(MATCH_TYPES)
        for history in histories:
            folded = fold(history, mapper)
            left.extend(folded.left)
            if folded.match is None or folded.row is None:
                continue
            versions.change(None, folded.match)
            copy.write_row(folded.row)
            count = counts.get(folded.match.owner_id)
            if count is None:
                count = counts[folded.match.owner_id] = Count()
            count.enter(folded.match)
            tries.change(None, folded.match)
            names.change(None, folded.match)
    streaks = _streaks(cursor)
    with cursor.copy(COPY_SUMMARIES) as copy:
        copy.set_types(SUMMARY_TYPES)
        for owner_id, count in counts.items():
            standing = Standing(count.tally(), streaks.get(owner_id, Streaks()))
            if standing == Standing():
                continue
            copy.write_row(tuple(standing_row(owner_id, standing).values()))
    quality.write_new(cursor, tries)
    own_names.write_new(cursor, names)
    owners.write_new(cursor, versions)
    return left


def fold(history: Sequence[Stored], mapper: EventMapper) -> Folded:
    """One match from its history, as far as that can be projected."""
    try:
        match: Match | None = None
        for stored in history:
            match = evolve(match, stored.event(mapper))
        return Folded(match, _row(match))
    except Exception as error:
        if not is_fault_of_event(error):
            raise
    return _fold_to_the_fault(history, mapper)


def _fold_to_the_fault(history: Sequence[Stored], mapper: EventMapper) -> Folded:
    match: Match | None = None
    row = None
    for number, stored in enumerate(history):
        try:
            further = evolve(match, stored.event(mapper))
            row = _row(further)
            match = further
        except Exception as error:  # noqa: BLE001  # told from others by `fold`
            first = Unprojectable(stored, problem_of(stored, error))
            others = (Unprojectable(later, None) for later in history[number + 1 :])
            return Folded(match, row, (first, *others))
    return Folded(match, row)


def _row(match: Match | None) -> tuple[Any, ...] | None:
    return tuple(match_row(match).values()) if match and not match.is_erased else None


def _streaks(cursor: Cursor[TupleRow]) -> dict[UUID, Streaks]:
    """Every player's runs; the results come out of the database, which can sort any number."""
    streaks: dict[UUID, Streaks] = {}
    with cursor.connection.cursor(name="results", binary=True) as sorted_results:
        sorted_results.itersize = 5000
        sorted_results.execute(
            """
            SELECT owner_id, played_at, match_id, result
            FROM matches
            WHERE NOT is_deleted AND result IS NOT NULL
            ORDER BY owner_id, played_at, match_id
            """
        )
        for owner_id, played_at, match_id, result in sorted_results:
            before = streaks.get(owner_id, Streaks())
            streaks[owner_id] = before.then((played_at, match_id), Result(result))
    return streaks
