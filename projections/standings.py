"""What is kept for one player: the sums, the runs, and the summary made of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import Cursor
from psycopg.rows import TupleRow

from events.match import Result
from projections.streaks import Streaks
from projections.summary import summary
from projections.tally import Tally

# Keys in one order, so that equal sums are equal bytes, in whatever order matches came.
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class Standing(Struct, frozen=True):
    """Where one player stands."""

    tally: Tally = Tally()
    streaks: Streaks = Streaks()


def load_standings(cursor: Cursor[TupleRow], owners: Iterable[UUID]) -> dict[UUID, Standing]:
    """The standings of those of `owners` that have one."""
    cursor.execute(
        "SELECT owner_id, tally, streaks FROM summaries WHERE owner_id = ANY(%(owners)s)",
        {"owners": list(owners)},
    )
    return {
        owner_id: Standing(
            msgspec.json.decode(tally, type=Tally), msgspec.json.decode(streaks, type=Streaks)
        )
        for owner_id, tally, streaks in cursor
    }


def results(cursor: Cursor[TupleRow], owner_id: UUID) -> Iterable[tuple[datetime, UUID, Result]]:
    """What counts of a player's matches, in the order in which they were played."""
    cursor.execute(
        """
        SELECT played_at, match_id, result
        FROM match_numbers
        WHERE owner_id = %(owner_id)s AND result IS NOT NULL
        ORDER BY played_at, match_id
        """,
        {"owner_id": owner_id},
        binary=True,
    )
    return ((played_at, match_id, Result(result)) for played_at, match_id, result in cursor)


def write_standings(cursor: Cursor[TupleRow], standings: Mapping[UUID, Standing]) -> None:
    """Keep the standings in place of those kept before; an empty one has no row."""
    empty = [owner_id for owner_id, standing in standings.items() if standing == Standing()]
    if empty:
        cursor.execute("DELETE FROM summaries WHERE owner_id = ANY(%(empty)s)", {"empty": empty})
    cursor.executemany(
        """
        INSERT INTO summaries (owner_id, tally, streaks, view)
        VALUES (%(owner_id)s, %(tally)s, %(streaks)s, %(view)s)
        ON CONFLICT (owner_id) DO UPDATE SET
            tally = EXCLUDED.tally, streaks = EXCLUDED.streaks, view = EXCLUDED.view
        """,
        [
            standing_row(owner_id, standing)
            for owner_id, standing in standings.items()
            if owner_id not in empty
        ],
    )


def standing_row(owner_id: UUID, standing: Standing) -> dict[str, Any]:
    """The row of the table `summaries`, by column in the table's order."""
    return {
        "owner_id": owner_id,
        "tally": _ENCODER.encode(standing.tally),
        "streaks": _ENCODER.encode(standing.streaks),
        "view": _ENCODER.encode(summary(standing.tally, standing.streaks)).decode(),
    }
