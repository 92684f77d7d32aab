"""The end of an account: at once nobody can use it, and nobody can read the names in its history.

What is left, such as rows and pictures, is taken away after that: see `command_api.erasing`.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from command_api.accounts import audit, players, sessions
from command_api.accounts.audit import Happening
from command_api.accounts.commands import Call, EraseAccount
from command_api.accounts.limits import count_password
from command_api.accounts.own_account import CHANGED_MEANWHILE, NO_ACCOUNT
from command_api.accounts.sessions import EndReason
from command_api.accounts.use_cases import Accounts
from command_api.mails.asking import forget_all_tokens
from events import owner_keys
from events.identity import Principal
from events.refusals import Conflict, Invalid, Unauthenticated

WRONG: Final = "The password is not right."


class Erased(Struct, frozen=True):
    """An account that is erased while there may still be something left of it."""

    player_id: UUID
    erased_at: datetime


async def erase(
    accounts: Accounts, principal: Principal, command: EraseAccount, call: Call
) -> None:
    """Erase the principal's account; it cannot be undone.

    Raises `Invalid` for a wrong password, `TooManyRequests`, and `Conflict` when the password was
    changed meanwhile.
    """
    async with accounts.pool.connection() as connection:
        player = await players.find(connection, principal.user_id)
    if player is None:
        raise Unauthenticated(NO_ACCOUNT)
    await count_password(accounts.pool, accounts.limits, player.id, call)
    if not await accounts.credentials.matches(command.password, player.password_hash):
        async with accounts.pool.connection() as connection:
            await audit.record(
                connection, Happening.ERASURE_FAILED, call, player.id, principal.session_id
            )
        raise Invalid(WRONG, {"password": [WRONG]})
    async with accounts.pool.connection() as connection, connection.transaction():
        if not await players.erase(connection, player, call.now):
            raise Conflict(CHANGED_MEANWHILE)
        await sessions.end_all(connection, player.id, EndReason.ERASED, call.now)
        await forget_all_tokens(connection, player.id)
        await owner_keys.destroy(connection, player.id)
        await audit.record(connection, Happening.ERASED, call, player.id, principal.session_id)


async def unfinished(connection: AsyncConnection[Any]) -> list[Erased]:
    """The erased accounts of which something may be left, the longest erased first."""
    cursor = await connection.execute(
        """
        SELECT id, erased_at
        FROM accounts.players
        WHERE erased_at IS NOT NULL AND erasure_done_at IS NULL
        ORDER BY erased_at
        LIMIT 1000
        """
    )
    return [Erased(*row) for row in await cursor.fetchall()]


async def finish(connection: AsyncConnection[Any], player_id: UUID, now: datetime) -> None:
    """Note that nothing is left of an erased account."""
    await connection.execute(
        "UPDATE accounts.players SET erasure_done_at = %(now)s WHERE id = %(id)s",
        {"id": player_id, "now": now},
    )
