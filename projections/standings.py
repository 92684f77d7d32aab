"""What is kept for one player: the sums, the runs, and the summary made of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg.rows import TupleRow

from events.columns import UUIDS
from events.match import Result
from projections.piped import Session, ask
from projections.streaks import Streaks
from projections.summary import summary
from projections.tally import Tally
from projections.upsert import Upsert, Writes

# Keys in one order, so that equal sums are equal bytes, in whatever order matches came.
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_TALLY: Final = msgspec.json.Decoder(Tally)
_STREAKS: Final = msgspec.json.Decoder(Streaks)
_UPSERT: Final = Upsert(
    "summaries",
    {"owner_id": "uuid", "tally": "bytea", "streaks": "bytea", "view": "text"},
    "owner_id",
)


class Standing(Struct, frozen=True):
    """Where one player stands."""

    tally: Tally = Tally()
    streaks: Streaks = Streaks()


NONE: Final = Standing()


def ask_standings(session: Session, owners: Iterable[UUID]) -> Iterable[TupleRow]:
    """Ask for the standings of `owners`; `standings_in` reads the answer."""
    return ask(
        session,
        "SELECT owner_id, tally, streaks FROM summaries WHERE owner_id = ANY(%(owners)s)",
        {"owners": UUIDS.column([*owners])},
    )


def standings_in(answer: Iterable[TupleRow]) -> dict[UUID, Standing]:
    """The standings of those who have one."""
    return {
        owner_id: Standing(_TALLY.decode(tally), _STREAKS.decode(streaks))
        for owner_id, tally, streaks in answer
    }


def results(session: Session, owner_id: UUID) -> Iterable[tuple[datetime, UUID, Result]]:
    """What counts of a player's matches, in the order in which they were played."""
    rows = session.execute(
        """
        SELECT played_at, match_id, result
        FROM match_numbers
        WHERE owner_id = %(owner_id)s AND result IS NOT NULL
        ORDER BY played_at, match_id
        """,
        {"owner_id": owner_id},
        binary=True,
    )
    return ((played_at, match_id, Result(result)) for played_at, match_id, result in rows)


def write_standings(writes: Writes, standings: Mapping[UUID, Standing]) -> None:
    """Keep the standings in place of those kept before; an empty one has no row."""
    rows = []
    empty = []
    for owner_id, standing in standings.items():
        if standing == NONE:
            empty.append(owner_id)
        else:
            rows.append(tuple(standing_row(owner_id, standing).values()))
    if empty:
        writes.flush().execute(
            "DELETE FROM summaries WHERE owner_id = ANY(%(empty)s)", {"empty": UUIDS.column(empty)}
        )
    writes.add(_UPSERT, rows)


def standing_row(owner_id: UUID, standing: Standing) -> dict[str, Any]:
    """The row of the table `summaries`, by column in the table's order."""
    return {
        "owner_id": owner_id,
        "tally": _ENCODER.encode(standing.tally),
        "streaks": _ENCODER.encode(standing.streaks),
        "view": _ENCODER.encode(summary(standing.tally, standing.streaks)).decode(),
    }
