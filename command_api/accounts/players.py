"""The rows of players: one for each account, found by its address or its id."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from command_api.accounts.addresses import folded, is_address
from command_api.accounts.answers import Player

_COLUMNS: Final = sql.SQL(
    """
    id, email, created_at, password_hash, password_changed_at, display_name, email_verified_at
    """
)


class StoredPlayer(Struct, frozen=True):
    """A player's row."""

    id: UUID
    email: str
    created_at: datetime
    password_hash: str
    password_changed_at: datetime
    display_name: str | None = None
    email_verified_at: datetime | None = None

    def shown(self) -> Player:
        """What the owner sees of it."""
        is_verified = self.email_verified_at is not None
        return Player(self.id, self.email, self.created_at, self.display_name, is_verified)


async def add(
    connection: AsyncConnection[Any], player_id: UUID, email: str, password_hash: str, now: datetime
) -> bool:
    """Add a player; False, and nothing added, when the address is taken."""
    cursor = await connection.execute(
        """
        INSERT INTO accounts.players
            (id, email, email_folded, password_hash, password_changed_at, created_at)
        VALUES (%(id)s, %(email)s, %(email_folded)s, %(password_hash)s, %(now)s, %(now)s)
        ON CONFLICT (email_folded) DO NOTHING
        """,
        {
            "id": player_id,
            "email": email,
            "email_folded": folded(email),
            "password_hash": password_hash,
            "now": now,
        },
    )
    return cursor.rowcount == 1


async def find_by_address(connection: AsyncConnection[Any], email: str) -> StoredPlayer | None:
    """The player of `email`, however it is spelt."""
    if not is_address(email):  # it may hold what PostgreSQL takes for no text
        return None
    cursor = await connection.execute(
        sql.SQL("SELECT {} FROM accounts.players WHERE email_folded = %(folded)s").format(_COLUMNS),
        {"folded": folded(email)},
    )
    return _stored(await cursor.fetchone())


async def find(connection: AsyncConnection[Any], player_id: UUID) -> StoredPlayer | None:
    """The player of this id."""
    cursor = await connection.execute(
        sql.SQL("SELECT {} FROM accounts.players WHERE id = %(id)s AND erased_at IS NULL").format(
            _COLUMNS
        ),
        {"id": player_id},
    )
    return _stored(await cursor.fetchone())


async def keep_password(connection: AsyncConnection[Any], player: StoredPlayer) -> bool:
    """Hold the password as it is in `player` until the transaction ends; False if it changed."""
    cursor = await connection.execute(
        """
        SELECT FROM accounts.players
        WHERE id = %(id)s AND password_changed_at = %(changed_at)s FOR SHARE
        """,
        {"id": player.id, "changed_at": player.password_changed_at},
    )
    return cursor.rowcount == 1


async def hash_again(
    connection: AsyncConnection[Any], player: StoredPlayer, password_hash: str
) -> None:
    """Replace the hash by another of the same password, unless it was replaced meanwhile."""
    await connection.execute(
        """
        UPDATE accounts.players SET password_hash = %(new)s
        WHERE id = %(id)s AND password_hash = %(old)s
        """,
        {"id": player.id, "old": player.password_hash, "new": password_hash},
    )


async def change_password(
    connection: AsyncConnection[Any], player: StoredPlayer, password_hash: str, now: datetime
) -> bool:
    """Replace the password; False if that happened meanwhile."""
    cursor = await connection.execute(
        """
        UPDATE accounts.players SET password_hash = %(new)s, password_changed_at = %(now)s
        WHERE id = %(id)s AND password_changed_at = %(changed_at)s
        """,
        {
            "id": player.id,
            "changed_at": player.password_changed_at,
            "new": password_hash,
            "now": now,
        },
    )
    return cursor.rowcount == 1


async def erase(connection: AsyncConnection[Any], player: StoredPlayer, now: datetime) -> bool:
    """Take everything of the player out of the row; False if the password changed meanwhile."""
    cursor = await connection.execute(
        """
        UPDATE accounts.players
        SET email = NULL, email_folded = NULL, password_hash = NULL, display_name = NULL,
            email_verified_at = NULL, password_changed_at = %(now)s, erased_at = %(now)s
        WHERE id = %(id)s AND password_changed_at = %(changed_at)s
        """,
        {"id": player.id, "changed_at": player.password_changed_at, "now": now},
    )
    return cursor.rowcount == 1


async def rename(
    connection: AsyncConnection[Any], player_id: UUID, display_name: str | None
) -> StoredPlayer | None:
    """Replace the name that others see, and give the player."""
    cursor = await connection.execute(
        sql.SQL(
            """
            UPDATE accounts.players SET display_name = %(display_name)s
            WHERE id = %(id)s AND erased_at IS NULL RETURNING {}
            """
        ).format(_COLUMNS),
        {"id": player_id, "display_name": display_name},
    )
    return _stored(await cursor.fetchone())


async def verify(connection: AsyncConnection[Any], player_id: UUID, now: datetime) -> None:
    """Note that mail to the player's address arrives; what was noted first stays."""
    await connection.execute(
        """
        UPDATE accounts.players SET email_verified_at = coalesce(email_verified_at, %(now)s)
        WHERE id = %(id)s
        """,
        {"id": player_id, "now": now},
    )


def _stored(row: TupleRow | None) -> StoredPlayer | None:
    if row is None:
        return None
    player_id, email, created_at, *rest = row
    return StoredPlayer(player_id, email, created_at.astimezone(UTC), *rest)


async def display_name(connection: AsyncConnection[Any], player_id: UUID) -> str | None:
    """The name that a player shows to others, if they have one."""
    player = await find(connection, player_id)
    return player.display_name if player else None
