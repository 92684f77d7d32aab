"""Tells the command side which of a player's matches may be one that is about to be shared."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from events.stats import Pair

AROUND: Final = timedelta(days=2)
MOST_TOLD: Final = 50


class OwnMatches:
    """A player's matches by their score."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def alike(self, player_id: UUID, score: Pair, played_at: datetime) -> Sequence[UUID]:
        """Matches with that score, or not confirmed yet, that were played about that time."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """
                SELECT match_id
                FROM read_models.matches
                WHERE owner_id = %(player_id)s AND NOT is_deleted
                  AND played_at BETWEEN %(since)s AND %(until)s
                  AND (
                      result IS NULL
                      OR (score_user = %(score_user)s AND score_opponent = %(score_opponent)s)
                  )
                ORDER BY played_at DESC, match_id
                LIMIT %(limit)s
                """,
                {
                    "player_id": player_id,
                    "since": played_at - AROUND,
                    "until": played_at + AROUND,
                    "score_user": score.user,
                    "score_opponent": score.opponent,
                    "limit": MOST_TOLD,
                },
            )
            return [match_id for (match_id,) in await cursor.fetchall()]
