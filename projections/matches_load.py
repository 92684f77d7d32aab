"""The projection `matches` in bulk, its second half: rows are copied in, sums are added up."""

from collections.abc import Iterable, Sequence

from psycopg import Cursor
from psycopg.rows import TupleRow

from projections import duplicates, friends, own_names, owners, quality, standings_load
from projections.matches_fold import COPIES
from projections.portions import Portion, Summed, together
from projections.stored import Unprojectable


def load(cursor: Cursor[TupleRow], portions: Iterable[Portion]) -> Sequence[Unprojectable]:
    """Fill the tables, which are new in this transaction; gives what could not be projected."""
    left: list[Unprojectable] = []
    parts: list[Summed] = []
    for portion in portions:
        for table, rows in portion.rows.items():
            COPIES[table].write(cursor, rows)
        left.extend(portion.left)
        if portion.summed:
            parts.append(portion.summed)
    summed = together(parts)
    standings_load.fill(cursor)
    friends.TRUST_COPY.write_rows(cursor, summed.trust)
    quality.COPY.write_rows(cursor, summed.reading_quality)
    own_names.COPY.write_rows(cursor, summed.own_names)
    owners.COPY.write_rows(cursor, summed.owners)
    duplicates.fill(cursor)
    return left
