"""Summaries, opponents and records in bulk, out of the numbers of all matches.

The database sorts and sums up; the matches of each player are gone through once, in order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from msgspec import Struct
from psycopg import Cursor, sql
from psycopg.rows import TupleRow

from projections.match_numbers import PLAYED, played_in
from projections.opponents import HeadToHead, Meetings, Rivals, opponent_row
from projections.records import History, Records
from projections.records_view import records_row
from projections.standings import Standing, standing_row
from projections.streaks import Streaks
from projections.sums import SUMS, tally_of
from projections.tally import Tally

# Rows that are held in memory.
PORTION: Final = 5000

TALLIES: Final = sql.SQL(
    """
    SELECT owner_id, opponent, {sums}
    FROM match_numbers
    GROUP BY GROUPING SETS ((owner_id), (owner_id, opponent))
    ORDER BY owner_id, opponent NULLS FIRST
    """
).format(sums=SUMS)
MATCHES: Final = sql.SQL(
    """
    SELECT owner_id, opponent, result IS NOT NULL, {played}
    FROM match_numbers
    ORDER BY owner_id, played_at, match_id
    """
).format(played=PLAYED)


class _Table(Struct, frozen=True):
    """A table that rows are copied into, and those that wait for it."""

    copy: str
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def add(self, cursor: Cursor[TupleRow], row: dict[str, Any]) -> None:
        self.rows.append(tuple(row.values()))
        if len(self.rows) >= PORTION:
            self.write(cursor)

    def write(self, cursor: Cursor[TupleRow]) -> None:
        with cursor.copy(self.copy) as copy:
            copy.set_types(self.types)
            for row in self.rows:
                copy.write_row(row)
        self.rows.clear()


def fill(cursor: Cursor[TupleRow]) -> None:
    """Fill the tables, which are empty, out of `match_numbers`."""
    summaries, opponents, records = tables = (
        _Table(
            "COPY summaries (owner_id, tally, streaks, view) FROM STDIN (FORMAT binary)",
            ("uuid", "bytea", "bytea", "text"),
            [],
        ),
        _Table(
            "COPY opponents (opponent_id, owner_id, opponent, played, won, lost, goal_difference,"
            " last_met_at, state, view) FROM STDIN (FORMAT binary)",
            ("uuid", "uuid", "text", *("int4",) * 4, "timestamptz", "bytea", "text"),
            [],
        ),
        _Table(
            "COPY records (owner_id, held, runs, view) FROM STDIN (FORMAT binary)",
            ("uuid", "bytea", "bytea", "text"),
            [],
        ),
    )
    conn = cursor.connection
    with (
        conn.cursor(name="tallies", binary=True) as tallies,
        conn.cursor(name="matches", binary=True) as matches,
    ):
        tallies.itersize = matches.itersize = PORTION
        tallies.execute(TALLIES)
        matches.execute(MATCHES)
        owner = itemgetter(0)
        for (owner_id, summed), (_, lines) in zip(
            groupby(tallies, owner), groupby(matches, owner), strict=True
        ):
            career = _Career(lines)
            for _, opponent, *sums in summed:
                tally = tally_of(sums)
                if opponent is None:
                    standing = Standing(tally, career.streaks)
                    summaries.add(cursor, standing_row(owner_id, standing))
                else:
                    rivals = Rivals(owner_id, opponent)
                    opponents.add(cursor, opponent_row(rivals, career.against(opponent, tally)))
            if career.records != Records():
                records.add(cursor, records_row(owner_id, career.records))
    for table in tables:
        table.write(cursor)


class _Career:
    """What comes of one player's matches, which are given in the order of play."""

    def __init__(self, lines: Iterable[tuple[Any, ...]]) -> None:
        self.streaks = Streaks()
        self._meetings: defaultdict[str, Meetings] = defaultdict(Meetings)
        self._spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        history = History()
        for _, opponent, is_confirmed, *line in lines:
            if not is_confirmed:
                continue
            played = played_in(line)
            self.streaks = self.streaks.then(played.place, played.result)
            self._meetings[opponent] = self._meetings[opponent].then(played)
            self._spellings[opponent][played.opponent_name] += 1
            history.then(played)
        self.records = history.records()

    def against(self, opponent: str, tally: Tally) -> HeadToHead:
        """Everything against one opponent, whose matches add up to `tally`."""
        return HeadToHead(tally, self._meetings[opponent], dict(self._spellings[opponent]))
