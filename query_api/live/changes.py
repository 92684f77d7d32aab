"""Reads what happened: of everybody, of one player, of one match; always in the log's order."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg_pool import AsyncConnectionPool

from events.media import MediaAddresses
from events.progress import MATCHES_FOLLOWER
from query_api.live.messages import Change

PAGE: Final = 500
# Of one stream: it is held in memory, with the matches, until the client has taken it.
OWN_PAGE: Final = 50


class Known(Struct, frozen=True):
    """Whose a match is, and its version."""

    owner_id: UUID
    version: int


class Changes:
    """The table `changes`, in pages of `PAGE`, for one stream of `OWN_PAGE`."""

    def __init__(self, pool: AsyncConnectionPool[Any], media: MediaAddresses) -> None:
        self._pool = pool
        self._media = media

    async def bounds(self) -> tuple[int, int]:
        """The position that the read models hold, and the last one of the log."""
        rows = await self._rows(
            """
            SELECT coalesce(
                       (SELECT position FROM log.checkpoints WHERE follower = %(follower)s), 0
                   ),
                   coalesce((SELECT max(notification_id) FROM log.events), 0)
            """,
            {"follower": MATCHES_FOLLOWER},
        )
        projected, last = rows[0]
        return projected, last

    async def of_all(self, after: int, upto: int) -> list[Change]:
        """Those of all players after `after`, up to `upto`."""
        return await self._changes(
            """
            SELECT position, owner_id, match_id, version, kind
            FROM read_models.changes
            WHERE position > %(after)s AND position <= %(upto)s
            ORDER BY position
            LIMIT %(limit)s
            """,
            {"after": after, "upto": upto, "limit": PAGE},
        )

    async def of(
        self, owner_id: UUID, match_id: UUID | None, after: int, upto: int
    ) -> list[Change]:
        """Those of one player, or of one match of theirs."""
        if match_id is None:
            return await self._of_owner(owner_id, after, upto)
        return await self._of_match(match_id, after, upto)

    async def views(self, match_ids: Iterable[UUID]) -> Mapping[UUID, str]:
        """The matches as they are shown now, in ready JSON; deleted ones are not."""
        rows = await self._rows(
            """
            SELECT match_id, view, duplicate_of
            FROM read_models.matches
            LEFT JOIN read_models.duplicates USING (match_id)
            WHERE match_id = ANY(%(match_ids)s) AND NOT is_deleted
            """,
            {"match_ids": list(match_ids)},
        )
        now = time.time()
        return {
            match_id: self._media.signed_json(view, now, duplicate_of)
            for match_id, view, duplicate_of in rows
        }

    async def known(self, match_ids: Iterable[UUID]) -> Mapping[UUID, Known]:
        """What the read models know of these matches by now, deleted ones too."""
        rows = await self._rows(
            """
            SELECT match_id, owner_id, version
            FROM read_models.matches
            WHERE match_id = ANY(%(match_ids)s)
            """,
            {"match_ids": list(match_ids)},
        )
        return {match_id: Known(owner_id, version) for match_id, owner_id, version in rows}

    async def _of_owner(self, owner_id: UUID, after: int, upto: int) -> list[Change]:
        return await self._changes(
            """
            SELECT position, owner_id, match_id, version, kind
            FROM read_models.changes
            WHERE owner_id = %(owner_id)s AND position > %(after)s AND position <= %(upto)s
            ORDER BY position
            LIMIT %(limit)s
            """,
            {"owner_id": owner_id, "after": after, "upto": upto, "limit": OWN_PAGE},
        )

    async def _of_match(self, match_id: UUID, after: int, upto: int) -> list[Change]:
        # The log knows best where the events of a match are.
        return await self._changes(
            """
            SELECT changes.position, changes.owner_id, changes.match_id, changes.version,
                   changes.kind
            FROM log.events
            JOIN read_models.changes ON changes.position = events.notification_id
            WHERE events.originator_id = %(match_id)s
              AND events.notification_id > %(after)s AND events.notification_id <= %(upto)s
            ORDER BY changes.position
            LIMIT %(limit)s
            """,
            {"match_id": match_id, "after": after, "upto": upto, "limit": OWN_PAGE},
        )

    async def _changes(self, query: str, values: Mapping[str, Any]) -> list[Change]:
        return [Change(*row) for row in await self._rows(query, values)]

    async def _rows(self, query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(query, values, binary=True)
            rows: list[tuple[Any, ...]] = await cursor.fetchall()
        return rows
