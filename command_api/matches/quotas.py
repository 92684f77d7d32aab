"""How much one player may keep and have read at once, counted exactly over all processes.

The counts are one row a player, changed by one atomic statement. It is a cache: its bytes are made
again from the store, and a match is struck from the waiting ones only when that matters, by what
the log says of it. So there is nothing that a crash could forget to give back for ever.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from events.catalogue import CURRENT
from events.matches import (
    ConfirmationRequested,
    ExtractionFailed,
    ExtractionRequested,
    FriendErased,
    MatchErased,
    ScreenshotAttached,
    ScreenshotUploaded,
    StatsExtracted,
)
from events.pipelined import PipelinedConnection
from events.refusals import Conflict, TooManyRequests
from events.screenshots import Screenshots, original_of
from events.statement_pool import StatementPool
from events.statements import Statement

# An upload whose event does not come within this time never will: it was cut off.
BEGINS_WITHIN: Final = timedelta(minutes=5)
RETRY_AFTER_SECONDS: Final = 5
ASKING: Final = [
    name
    for name, kind in CURRENT.items()
    if kind in (ScreenshotUploaded, ExtractionRequested, ScreenshotAttached)
]
ANSWERING: Final = [
    name for name, kind in CURRENT.items() if kind in (StatsExtracted, ExtractionFailed)
]
# Of an attached picture that is not read yet, nobody waits for the reading after one of these.
ATTACHING: Final = [name for name, kind in CURRENT.items() if kind is ScreenshotAttached]
LETTING_GO: Final = [
    name
    for name, kind in CURRENT.items()
    if kind in (ConfirmationRequested, FriendErased, MatchErased)
]
_CHARGE: Final = Statement(
    """
    UPDATE accounts.upload_usage
    SET bytes = bytes + %(size)s::bigint,
        waiting = waiting || jsonb_build_object(%(match)s::text, %(now)s::timestamptz),
        changed_at = clock_timestamp()
    WHERE player_id = %(player_id)s
      AND bytes + %(size)s::bigint <= %(most_bytes)s::bigint
      AND (SELECT count(*) FROM jsonb_object_keys(waiting - %(match)s::text))
          < %(most_waiting)s::bigint
    RETURNING bytes
    """
)


class Allowance(Struct, frozen=True):
    """What one player may have: bytes of pictures, and matches that wait for their reading."""

    stored_bytes: int
    waiting: int


class Quotas:
    """Charges players for their uploads, in the table `accounts.upload_usage`."""

    def __init__(self, pool: StatementPool, screenshots: Screenshots, allowance: Allowance) -> None:
        self._pool = pool
        self._screenshots = screenshots
        self._allowance = allowance

    async def charge(
        self, player_id: UUID, match_id: UUID, size: int, now: datetime | None = None
    ) -> None:
        """Count a picture of `size` bytes, or none, and a match that waits for its reading.

        Raises `TooManyRequests` while too many wait, and `Conflict` when the bytes are used up.
        """
        now = now or datetime.now(UTC)
        async with self._pool.connection() as conn:
            if await self._charge(conn, player_id, match_id, size, now):
                return
            stored = await _stored_bytes(conn, player_id)
            if stored is not None:
                await _strike_finished(conn, player_id, now)
        if stored is None:
            await self._begin(player_id)
        async with self._pool.connection() as conn:
            if await self._charge(conn, player_id, match_id, size, now):
                return
            stored = await _stored_bytes(conn, player_id)
        if (stored or 0) + size > self._allowance.stored_bytes:
            raise Conflict(
                f"Your pictures take up the {_readable(self._allowance.stored_bytes)} that one"
                " player may keep. Pictures of deleted matches count, since these can be restored."
            )
        raise TooManyRequests(
            f"{self._allowance.waiting} of your pictures wait to be read, which is the most there"
            " may be at once. Send the next when some are done.",
            RETRY_AFTER_SECONDS,
        )

    async def give_back(self, player_id: UUID, size: int, match_id: UUID | None = None) -> None:
        """Take back a charge: the picture is not kept; with `match_id`, nothing waits either."""
        async with self._pool.connection() as conn:
            await conn.execute(
                """
                UPDATE accounts.upload_usage
                SET bytes = greatest(bytes - %(size)s, 0),
                    waiting = waiting - %(match)s::text,
                    changed_at = clock_timestamp()
                WHERE player_id = %(player_id)s
                """,
                {"player_id": player_id, "size": size, "match": str(match_id)},
            )

    async def _charge(
        self,
        conn: PipelinedConnection,
        player_id: UUID,
        match_id: UUID,
        size: int,
        now: datetime,
    ) -> bool:
        """Count it if there is room: in one statement, which waits for others on the same row."""
        charged = await conn.ask(
            _CHARGE,
            {
                "player_id": player_id,
                "match": match_id,
                "size": size,
                "now": now,
                "most_bytes": self._allowance.stored_bytes,
                "most_waiting": self._allowance.waiting,
            },
        )
        return len(charged) == 1

    async def _begin(self, player_id: UUID) -> None:
        """Make the row that is not there yet, or not any more, from what the store holds."""
        held = [
            stored.size
            async for stored in self._screenshots.stored(player_id)
            if stored.key == original_of(stored.key)
        ]
        async with self._pool.connection() as conn:
            await conn.execute(
                """
                INSERT INTO accounts.upload_usage (player_id, bytes, waiting, changed_at)
                VALUES (%(player_id)s, %(bytes)s, '{}', clock_timestamp())
                ON CONFLICT (player_id) DO NOTHING
                """,
                {"player_id": player_id, "bytes": sum(held)},
            )


async def _stored_bytes(conn: AsyncConnection[Any], player_id: UUID) -> int | None:
    cursor = await conn.execute(
        "SELECT bytes FROM accounts.upload_usage WHERE player_id = %(player_id)s",
        {"player_id": player_id},
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def _strike_finished(conn: AsyncConnection[Any], player_id: UUID, now: datetime) -> None:
    """Let those wait no more that were read, and those that never began."""
    await conn.execute(
        """
        UPDATE accounts.upload_usage
        SET waiting = (
            SELECT coalesce(jsonb_object_agg(match_id, since), '{}')
            FROM jsonb_each_text(waiting) AS one (match_id, since)
            LEFT JOIN LATERAL (
                SELECT topic, originator_version
                FROM log.events
                WHERE originator_id = one.match_id::uuid AND topic = ANY(%(readings)s)
                ORDER BY originator_version DESC
                LIMIT 1
            ) AS last ON true
            WHERE CASE
                WHEN last.topic IS NULL THEN one.since::timestamptz > %(begun_after)s
                ELSE last.topic = ANY(%(asking)s) AND NOT (
                    last.topic = ANY(%(attaching)s) AND EXISTS (
                        SELECT
                        FROM log.events
                        WHERE originator_id = one.match_id::uuid
                          AND originator_version > last.originator_version
                          AND topic = ANY(%(letting_go)s)
                    )
                )
            END
        )
        WHERE player_id = %(player_id)s
        """,
        {
            "player_id": player_id,
            "readings": [*ASKING, *ANSWERING],
            "asking": ASKING,
            "attaching": ATTACHING,
            "letting_go": LETTING_GO,
            "begun_after": now - BEGINS_WITHIN,
        },
    )


async def forget(conn: AsyncConnection[Any], player_id: UUID) -> None:
    """Forget what a player had: the account is erased."""
    await conn.execute(
        "DELETE FROM accounts.upload_usage WHERE player_id = %(player_id)s",
        {"player_id": player_id},
    )


def _readable(size: int) -> str:
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"
