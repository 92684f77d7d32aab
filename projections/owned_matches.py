"""Whose matches are whose, for taking them out of everything when an account is erased."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from events.refusals import Unavailable
from projections.builds import Refused
from projections.catching_up import catch_up
from projections.projection import Projection


class OwnedMatches:
    """Tells the command side which matches a player has."""

    def __init__(
        self, pool: AsyncConnectionPool[Any], conninfo: str, projection: Projection
    ) -> None:
        self._pool = pool
        self._conninfo = conninfo
        self._projection = projection

    async def of(self, owner_id: UUID, after: UUID, limit: int) -> Sequence[UUID]:
        """Matches that hold anything of the player, with ids after `after`, in order of ids."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """
                SELECT match_id
                FROM read_models.matches
                WHERE owner_id = %(owner_id)s AND match_id > %(after)s
                UNION
                SELECT match_id
                FROM read_models.involved
                WHERE player_id = %(owner_id)s AND match_id > %(after)s
                ORDER BY match_id
                LIMIT %(limit)s
                """,
                {"owner_id": owner_id, "after": after, "limit": limit},
            )
            return [match_id for (match_id,) in await cursor.fetchall()]

    async def catch_up(self) -> None:
        """Bring the builds that are not live up to date with the log, or drop them.

        Raises `Unavailable` while somebody works on them.
        """
        try:
            await asyncio.to_thread(catch_up, self._conninfo, self._projection)
        except Refused as busy:
            raise Unavailable(str(busy)) from busy
