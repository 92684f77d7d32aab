"""The rows of refresh tokens: a chain for each session, in which each link is used once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from command_api.accounts.tokens import fingerprint, new_salt, successor


class Rotated(Struct, frozen=True):
    """The token to go on with, in the session it belongs to."""

    session_id: UUID
    refresh: str


class Reused(Struct, frozen=True):
    """A token was given in whose successor is already in use: one of the two was stolen."""

    session_id: UUID
    player_id: UUID


async def add_first(
    connection: AsyncConnection[Any], token: str, session_id: UUID, now: datetime
) -> None:
    """Add the first token of a session."""
    await connection.execute(
        """
        INSERT INTO accounts.refresh_tokens (hash, session_id, issued_at)
        VALUES (%(hash)s, %(session_id)s, %(now)s)
        """,
        {"hash": fingerprint(token), "session_id": session_id, "now": now},
    )


async def rotate(
    connection: AsyncConnection[Any], token: str, now: datetime
) -> Rotated | Reused | None:
    """Use `token` for its successor; `None` for a token that is not known.

    Given in again it leads to the same successor, until that one is used. Says nothing of
    whether the session still runs.
    """
    salt = new_salt()
    following = successor(token, salt)
    cursor = await connection.execute(
        """
        WITH used AS (
            UPDATE accounts.refresh_tokens SET used_at = %(now)s, salt = NULL
            WHERE hash = %(hash)s AND used_at IS NULL
            RETURNING hash, session_id
        )
        INSERT INTO accounts.refresh_tokens (hash, session_id, parent_hash, salt, issued_at)
        SELECT %(following)s, session_id, hash, %(salt)s, %(now)s FROM used
        RETURNING session_id
        """,
        {
            "hash": fingerprint(token),
            "following": fingerprint(following),
            "salt": salt,
            "now": now,
        },
    )
    row = await cursor.fetchone()
    if row:
        return Rotated(row[0], following)
    return await _again(connection, token)


async def find_session(
    connection: AsyncConnection[Any], token: str, player_id: UUID
) -> UUID | None:
    """The session that `token`, used or not, belongs to, if it is this player's."""
    cursor = await connection.execute(
        """
        SELECT session.id FROM accounts.refresh_tokens AS token
        JOIN accounts.sessions AS session ON session.id = token.session_id
        WHERE token.hash = %(hash)s AND session.player_id = %(player_id)s
        """,
        {"hash": fingerprint(token), "player_id": player_id},
    )
    row = await cursor.fetchone()
    return row and row[0]


async def _again(connection: AsyncConnection[Any], token: str) -> Rotated | Reused | None:
    # A statement of its own: it must see what a parallel rotation just committed.
    cursor = await connection.execute(
        """
        SELECT session.id, session.player_id, following.salt
        FROM accounts.refresh_tokens AS token
        JOIN accounts.sessions AS session ON session.id = token.session_id
        JOIN accounts.refresh_tokens AS following ON following.parent_hash = token.hash
        WHERE token.hash = %(hash)s
        """,
        {"hash": fingerprint(token)},
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    session_id, player_id, salt = row
    if salt is None:
        return Reused(session_id, player_id)
    return Rotated(session_id, successor(token, salt))
