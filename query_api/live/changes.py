"""Reads what happened: of everybody, of one player, of one match; always in the log's order."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg_pool import AsyncConnectionPool

from events.columns import UUIDS
from events.media import MediaAddresses
from events.progress import MATCHES_FOLLOWER
from query_api.live.messages import Change

PAGE: Final = 500
# Of one stream: it is held in memory, with the matches, until the client has taken it.
OWN_PAGE: Final = 50


class Known(Struct, frozen=True):
    """Whose a match is, of one player or two, and its version."""

    players: tuple[UUID, ...]
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
        """Those of all players after `after`, up to `upto`.

        A full page ends with a whole position, and what is behind that is for the next one.
        """
        page = await self._changes(
            """
            SELECT position, owner_id, match_id, version, kind
            FROM read_models.changes
            WHERE position > %(after)s AND position <= %(upto)s
            ORDER BY position
            LIMIT %(limit)s
            """,
            {"after": after, "upto": upto, "limit": PAGE + 1},
        )
        if len(page) <= PAGE:
            return page
        return [changed for changed in page if changed.position < page[-1].position]

    async def of(
        self, owner_id: UUID, match_id: UUID | None, after: int, upto: int
    ) -> list[Change]:
        """Those of one player, or of one match of theirs."""
        if match_id is None:
            return await self._of_owner(owner_id, after, upto)
        return await self._of_match(owner_id, match_id, after, upto)

    async def views(self, changes: Iterable[Change]) -> Mapping[tuple[UUID, UUID], str]:
        """The matches as their players are shown them now, in ready JSON, by player and match.

        Deleted ones are not shown.
        """
        halves = {(changed.owner_id, changed.match_id) for changed in changes}
        if not halves:
            return {}
        rows = await self._rows(
            """
            SELECT owner_id, match_id, view, duplicate_of
            FROM unnest(%(owners)s, %(matches)s) AS wanted (owner_id, match_id)
            JOIN read_models.matches USING (match_id, owner_id)
            LEFT JOIN read_models.duplicates USING (match_id, owner_id)
            WHERE NOT is_deleted
            """,
            {
                "owners": UUIDS.column([owner_id for owner_id, _ in halves]),
                "matches": UUIDS.column([match_id for _, match_id in halves]),
            },
        )
        now = time.time()
        return {
            (owner_id, match_id): self._media.signed_json(view, now, duplicate_of)
            for owner_id, match_id, view, duplicate_of in rows
        }

    async def known(self, match_ids: Iterable[UUID]) -> Mapping[UUID, Known]:
        """What the read models know of these matches by now, deleted ones too."""
        rows = await self._rows(
            """
            SELECT match_id, array_agg(owner_id), max(version)
            FROM read_models.matches
            WHERE match_id = ANY(%(match_ids)s)
            GROUP BY match_id
            """,
            {"match_ids": list(match_ids)},
        )
        return {match_id: Known(tuple(players), version) for match_id, players, version in rows}

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

    async def _of_match(
        self, owner_id: UUID, match_id: UUID, after: int, upto: int
    ) -> list[Change]:
        # The log knows best where the events of a match are.
        return await self._changes(
            """
            SELECT changes.position, changes.owner_id, changes.match_id, changes.version,
                   changes.kind
            FROM log.events
            JOIN read_models.changes
              ON changes.position = events.notification_id AND changes.owner_id = %(owner_id)s
            WHERE events.originator_id = %(match_id)s
              AND events.notification_id > %(after)s AND events.notification_id <= %(upto)s
            ORDER BY changes.position
            LIMIT %(limit)s
            """,
            {
                "owner_id": owner_id,
                "match_id": match_id,
                "after": after,
                "upto": upto,
                "limit": OWN_PAGE,
            },
        )

    async def _changes(self, query: str, values: Mapping[str, Any]) -> list[Change]:
        return [Change(*row) for row in await self._rows(query, values)]

    async def _rows(self, query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(query, values, binary=True)
            rows: list[tuple[Any, ...]] = await cursor.fetchall()
        return rows
