"""The rows of mails as the sender sees them: due, begun, ended, swept away long after."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from command_api.mails.fates import DueMail, Fate
from command_api.mails.kinds import KINDS

KEPT: Final = timedelta(days=30)  # far longer than any token lives and any sending is tried


class Ended(StrEnum):
    """How the sending of a mail ended; so do the fates but `Fate.SEND`."""

    SENT = "sent"
    REFUSED = "refused"


async def due(connection: AsyncConnection[Any], now: datetime, at_most: int) -> list[DueMail]:
    """The mails whose time has come, with the addresses as they are now.

    A kind that is not known here is left to a later version of the system.
    """
    cursor = await connection.execute(
        """
        SELECT mail.id, mail.kind, mail.asked_at, mail.token_hash, mail.tries, mail.doubts,
            player.email, player.email_verified_at
        FROM accounts.mails AS mail LEFT JOIN accounts.players AS player
            ON player.id = mail.player_id
        WHERE mail.state = 'waiting' AND mail.due_at <= %(now)s AND mail.kind = ANY(%(kinds)s)
        ORDER BY mail.due_at LIMIT %(at_most)s
        """,
        {"now": now, "kinds": list(KINDS), "at_most": at_most},
    )
    return [DueMail(row[0], KINDS[row[1]], *row[2:]) for row in await cursor.fetchall()]


async def begin(connection: AsyncConnection[Any], mail: DueMail, now: datetime) -> bool:
    """Mark a mail before it is sent; False if it is not the one any more that was seen.

    The token's life begins.
    """
    life = mail.kind.token_life
    cursor = await connection.execute(
        """
        UPDATE accounts.mails
        SET state = 'sending', tries = tries + 1, token_expires_at = %(expires_at)s
        WHERE id = %(id)s AND state = 'waiting' AND tries = %(tries)s
            AND token_hash IS NOT DISTINCT FROM %(token_hash)s
        """,
        {
            "id": mail.id,
            "tries": mail.tries,
            "token_hash": mail.token_hash,
            "expires_at": now + life if life else None,
        },
    )
    return cursor.rowcount == 1


async def end(connection: AsyncConnection[Any], mail_id: UUID, how: Ended | Fate) -> None:
    """Mark a mail after it was sent, or when it never will be."""
    await connection.execute(
        "UPDATE accounts.mails SET state = %(how)s WHERE id = %(id)s",
        {"id": mail_id, "how": how},
    )


async def put_off(
    connection: AsyncConnection[Any], mail_id: UUID, due_at: datetime, *, doubtful: bool = False
) -> None:
    """Have a mail sent later; `doubtful`: perhaps it was sent."""
    await connection.execute(
        """
        UPDATE accounts.mails
        SET state = 'waiting', due_at = %(due_at)s, doubts = doubts + %(doubts)s
        WHERE id = %(id)s
        """,
        {"id": mail_id, "due_at": due_at, "doubts": int(doubtful)},
    )


async def take_over(connection: AsyncConnection[Any]) -> int:
    """Have sent again what somebody began who is no more; gives the number."""
    cursor = await connection.execute(
        """
        UPDATE accounts.mails SET state = 'waiting', doubts = doubts + 1 WHERE state = 'sending'
        """
    )
    return cursor.rowcount


async def sweep(connection: AsyncConnection[Any], now: datetime) -> int:
    """Remove mails that ended long ago; gives the number, a thousand at most."""
    cursor = await connection.execute(
        """
        DELETE FROM accounts.mails WHERE id IN (
            SELECT id FROM accounts.mails
            WHERE asked_at < %(past)s AND state NOT IN ('waiting', 'sending')
            ORDER BY asked_at LIMIT 1000
        )
        """,
        {"past": now - KEPT},
    )
    return cursor.rowcount
