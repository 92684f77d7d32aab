"""Sums and records as they are kept; only those of a span of time are summed up when asked for."""

from typing import Final
from uuid import UUID

import msgspec
from psycopg import sql

from events.answering import AsyncAnsweringConnection
from projections.opponents import HeadToHead, Rivals
from projections.records_view import NO_RECORDS
from projections.streaks import streaks_in
from projections.summary import NO_MATCHES, summary
from projections.sums import SUMS, tally_of
from query_api.filters import OPPONENT, SPAN, Span

SUMMED_BY: Final = (OPPONENT, *SPAN)
NOTHING_YET: Final = msgspec.json.encode(NO_MATCHES)
NONE_YET: Final = msgspec.json.encode(NO_RECORDS)
_OF_SPAN: Final = sql.SQL(
    """
    SELECT coalesce(string_agg(left(result, 1), '' ORDER BY played_at, match_id), ''), {sums}
    FROM read_models.match_numbers
    WHERE owner_id = %(owner_id)s
      AND played_at >= coalesce(%(since)s, '-infinity'::timestamptz)
      AND played_at < coalesce(%(until)s, 'infinity'::timestamptz)
    """
).format(sums=SUMS)
_AGAINST: Final = _OF_SPAN + sql.SQL(" AND opponent = %(opponent)s")


async def read_summary(
    conn: AsyncAnsweringConnection, owner_id: UUID, opponent: str | None, span: Span
) -> bytes:
    """The summary of a player's matches as JSON, of those that at least one filter leaves."""
    if opponent is None or span != Span():
        return await _summed_up(conn, owner_id, opponent, span)
    return await _against(conn, Rivals(owner_id, opponent))


async def read_records(conn: AsyncAnsweringConnection, owner_id: UUID) -> bytes:
    """The records of a player as JSON."""
    cursor = await conn.execute(
        "SELECT view FROM read_models.records WHERE owner_id = %(owner_id)s",
        {"owner_id": owner_id},
    )
    row = await cursor.fetchone()
    return row[0].encode() if row else NONE_YET


async def _against(conn: AsyncAnsweringConnection, rivals: Rivals) -> bytes:
    cursor = await conn.execute(
        "SELECT state FROM read_models.opponents WHERE opponent_id = %(opponent_id)s",
        {"opponent_id": rivals.id},
    )
    row = await cursor.fetchone()
    if row is None:
        return NOTHING_YET
    known = msgspec.json.decode(row[0], type=HeadToHead)
    return msgspec.json.encode(summary(known.tally, known.meetings.streaks))


async def _summed_up(
    conn: AsyncAnsweringConnection, owner_id: UUID, opponent: str | None, span: Span
) -> bytes:
    cursor = await conn.execute(
        _OF_SPAN if opponent is None else _AGAINST,
        {"owner_id": owner_id, "since": span.since, "until": span.until, "opponent": opponent},
    )
    row = await cursor.fetchone()
    if row is None:
        return NOTHING_YET
    results, *sums = row
    return msgspec.json.encode(summary(tally_of(sums), streaks_in(results)))
