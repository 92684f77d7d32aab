"""Asking for a mail, and taking the token of one in; always in the transaction of what it is for.

Whoever touches tokens holds the player's row first: so nobody waits for each other in a circle.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from psycopg import AsyncConnection

from command_api.mails.kinds import Kind
from command_api.mails.tokens import fingerprint, token_of

CHANNEL: Final = "mails_asked"


async def ask(
    connection: AsyncConnection[Any], key: bytes, kind: Kind, player_id: UUID | None, now: datetime
) -> None:
    """Have a mail sent to a player; its token replaces those of earlier mails of the kind.

    `None`, for nobody, costs as much: the mail is noted, and goes nowhere.
    """
    mail_id = uuid4()
    token = token_of(key, kind.name, mail_id) if kind.token_life else None
    if token:
        await forget_tokens(connection, kind, player_id)
    await connection.execute(
        """
        WITH asked AS (
            INSERT INTO accounts.mails (id, player_id, kind, asked_at, token_hash, due_at)
            VALUES (%(id)s, %(player_id)s, %(kind)s, %(now)s, %(token_hash)s, %(now)s)
            RETURNING id
        )
        SELECT pg_notify(%(channel)s, '') FROM asked
        """,
        {
            "id": mail_id,
            "player_id": player_id,
            "kind": kind.name,
            "now": now,
            "token_hash": fingerprint(token) if token else None,
            "channel": CHANNEL,
        },
    )


async def ask_once(
    connection: AsyncConnection[Any], kind: Kind, player_id: UUID, event_id: UUID, now: datetime
) -> None:
    """Have a mail without a token sent because of an event, once, however often this is called."""
    await connection.execute(
        """
        WITH asked AS (
            INSERT INTO accounts.mails (id, player_id, kind, asked_at, due_at)
            SELECT %(id)s, player.id, %(kind)s, %(now)s, %(now)s
            FROM accounts.players AS player
            WHERE player.id = %(player_id)s AND player.erased_at IS NULL
            ON CONFLICT (id) DO NOTHING
            RETURNING id
        )
        SELECT pg_notify(%(channel)s, '') FROM asked
        """,
        {
            "id": uuid5(event_id, kind.name),
            "player_id": player_id,
            "kind": kind.name,
            "now": now,
            "channel": CHANNEL,
        },
    )


async def forget_tokens(
    connection: AsyncConnection[Any], kind: Kind, player_id: UUID | None
) -> None:
    """Make the tokens of a player's earlier mails of this kind worthless."""
    await _hold(connection, player_id)
    await connection.execute(
        """
        UPDATE accounts.mails SET token_hash = NULL
        WHERE player_id = %(player_id)s AND kind = %(kind)s AND token_hash IS NOT NULL
        """,
        {"player_id": player_id, "kind": kind.name},
    )


async def holder(
    connection: AsyncConnection[Any], kind: Kind, token: str, now: datetime
) -> UUID | None:
    """The player whom a token that still holds was sent to."""
    cursor = await connection.execute(
        """
        SELECT player_id FROM accounts.mails
        WHERE token_hash = %(hash)s AND kind = %(kind)s AND token_expires_at > %(now)s
        """,
        {"hash": fingerprint(token), "kind": kind.name, "now": now},
    )
    row = await cursor.fetchone()
    return row and row[0]


async def use(
    connection: AsyncConnection[Any], kind: Kind, token: str, player_id: UUID, now: datetime
) -> bool:
    """Use up the token of a player; False if it does not hold any more."""
    await _hold(connection, player_id)
    cursor = await connection.execute(
        """
        UPDATE accounts.mails SET token_hash = NULL
        WHERE token_hash = %(hash)s AND kind = %(kind)s AND player_id = %(player_id)s
            AND token_expires_at > %(now)s
        """,
        {
            "hash": fingerprint(token),
            "kind": kind.name,
            "player_id": player_id,
            "now": now,
        },
    )
    return cursor.rowcount == 1


async def forget_all_tokens(connection: AsyncConnection[Any], player_id: UUID) -> None:
    """Make the token of every mail to a player worthless."""
    await connection.execute(
        "UPDATE accounts.mails SET token_hash = NULL WHERE player_id = %(player_id)s",
        {"player_id": player_id},
    )


async def all_to(connection: AsyncConnection[Any], player_id: UUID) -> list[UUID]:
    """Every mail to a player that is known of."""
    cursor = await connection.execute(
        "SELECT id FROM accounts.mails WHERE player_id = %(player_id)s", {"player_id": player_id}
    )
    return [mail_id for (mail_id,) in await cursor.fetchall()]


async def forget(connection: AsyncConnection[Any], mail_ids: list[UUID]) -> None:
    """Forget these mails; what has not left stays here."""
    await connection.execute(
        "DELETE FROM accounts.mails WHERE id = ANY(%(mail_ids)s)", {"mail_ids": mail_ids}
    )


async def has_open_token(
    connection: AsyncConnection[Any], kind: Kind, player_id: UUID, now: datetime
) -> bool:
    """Whether a mail of this kind is on its way, or was sent and its token still holds."""
    cursor = await connection.execute(
        """
        SELECT FROM accounts.mails
        WHERE player_id = %(player_id)s AND kind = %(kind)s AND token_hash IS NOT NULL
            AND (state IN ('waiting', 'sending') OR token_expires_at > %(now)s)
        """,
        {"player_id": player_id, "kind": kind.name, "now": now},
    )
    return cursor.rowcount == 1


async def _hold(connection: AsyncConnection[Any], player_id: UUID | None) -> None:
    # A statement of its own: of two at once, the later must see what the earlier did.
    await connection.execute(
        "SELECT FROM accounts.players WHERE id = %(player_id)s FOR NO KEY UPDATE",
        {"player_id": player_id},
    )
