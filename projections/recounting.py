"""Finds anew who holds the records that were lost, and the longest runs."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg import sql

from events.statements import array_of
from events.stats import STATISTICS
from projections.letters import Stretches, letters_of, stretches_in
from projections.match_numbers import KEPT, Played, played_in
from projections.piped import Session
from projections.records import Held
from projections.runs import NO_RUN, Longest, Run, Runs

# The mark of each record in a row of `match_numbers`, and which rows have one.
_MARKS: Final = {
    "biggest_win": ("score_user - score_opponent", "score_user > score_opponent"),
    "heaviest_loss": ("score_opponent - score_user", "score_user < score_opponent"),
    "most_goals": ("score_user", "TRUE"),
    "highest_scoring": ("score_user + score_opponent", "TRUE"),
    **{f"most.{key}": (key, f"{key} IS NOT NULL") for key in STATISTICS},
    **{f"fewest.{key}": (f"-{key}", f"{key} IS NOT NULL") for key in STATISTICS},
}
# What is not asked for is not looked for.
_HOLDER: Final = f"""
    (
        SELECT {{record}} AS record, ({{mark}})::int4 AS mark, {KEPT}
        FROM match_numbers
        WHERE owner_id = %(owner_id)s AND result IS NOT NULL AND {{has_mark}}
          AND {{record}} = ANY(%(records)s::text[])
        ORDER BY mark DESC, played_at, match_id
        LIMIT 1
    )
"""  # noqa: S608  # the columns are ours
_HOLDERS: Final = (
    sql.SQL(" UNION ALL ")
    .join(
        sql.SQL(_HOLDER).format(record=record, mark=sql.SQL(mark), has_mark=sql.SQL(has_mark))
        for record, (mark, has_mark) in _MARKS.items()
    )
    .as_string()
)
_BY_NUMBER: Final = f"""
    SELECT number, {KEPT}
    FROM (
        SELECT row_number() OVER (ORDER BY played_at, match_id) - 1 AS number, {KEPT}
        FROM match_numbers
        WHERE owner_id = %(owner_id)s AND result IS NOT NULL
    ) AS numbered
    WHERE number = ANY(%(numbers)s::int8[])
"""  # noqa: S608  # the columns are ours


def holders_of(session: Session, owner_id: UUID, records: Collection[str]) -> dict[str, Held]:
    """Who holds these records by the rows of `match_numbers`; nobody may."""
    values = {"owner_id": owner_id, "records": array_of(records)}
    rows = session.execute(_HOLDERS, values, binary=True)
    return {record: Held(mark, played_in(row)) for record, mark, *row in rows}


def runs_in(session: Session, owner_id: UUID) -> Runs:
    """The runs of a player by the rows of `match_numbers`."""
    letters = letters_of(session, owner_id)
    stretches = stretches_in(letters.results)
    numbers = {number for each in stretches for number in each.ends}
    return runs_of(stretches, _by_number(session, owner_id, numbers), letters.last)


def runs_of(
    stretches: tuple[Stretches, ...],
    matches: Mapping[int, Played],
    last: tuple[datetime, UUID] | None,
) -> Runs:
    """The runs, with their first and last matches, which are known by number."""

    def run(where: range) -> Run:
        return Run(len(where), matches[where[0]], matches[where[-1]]) if where else NO_RUN

    wins, unbeaten, clean_sheets = [
        Longest(run(each.current), run(each.longest)) for each in stretches
    ]
    return Runs(wins, unbeaten, clean_sheets, last)


def _by_number(session: Session, owner_id: UUID, numbers: Collection[int]) -> dict[int, Played]:
    """Those of a player's confirmed matches that have these numbers in the order of play."""
    if not numbers:
        return {}
    values = {"owner_id": owner_id, "numbers": array_of(numbers)}
    rows = session.execute(_BY_NUMBER, values, binary=True)
    return {number: played_in(row) for number, *row in rows}
