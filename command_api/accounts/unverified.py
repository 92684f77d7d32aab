"""Where only verified addresses may sign in: what the others are told, and sent."""

from typing import Any, Final

from psycopg_pool import AsyncConnectionPool

from command_api.accounts import audit
from command_api.accounts.audit import Happening
from command_api.accounts.commands import Call
from command_api.accounts.players import StoredPlayer
from command_api.mails import asking
from command_api.mails.kinds import VERIFICATION
from events.refusals import Forbidden

UNVERIFIED: Final = (
    "Confirm your e-mail address first: follow the link in the mail that was sent to it."
)


async def refuse_unverified(
    pool: AsyncConnectionPool[Any], mail_key: bytes, player: StoredPlayer, call: Call
) -> None:
    """Raise `Forbidden` while the address is not verified; the password was right.

    Who does not get in cannot ask for another mail, so one is sent when the last does not help.
    """
    if player.email_verified_at:
        return
    async with pool.connection() as connection, connection.transaction():
        await audit.record(connection, Happening.DENIED, call, player.id)
        if not await asking.has_open_token(connection, VERIFICATION, player.id, call.now):
            await asking.ask(connection, mail_key, VERIFICATION, player.id, call.now)
            await audit.record(connection, Happening.VERIFICATION_REQUESTED, call, player.id)
    raise Forbidden(UNVERIFIED)
