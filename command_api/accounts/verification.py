"""A player proves that mail to the address of the account arrives."""

from typing import Final

from command_api.accounts import audit, players
from command_api.accounts.answers import Notice
from command_api.accounts.audit import Happening
from command_api.accounts.commands import Call, Verify
from command_api.accounts.forgotten_passwords import NOT_VALID
from command_api.accounts.limits import count_mailed_token, count_verification
from command_api.accounts.own_account import me
from command_api.accounts.use_cases import Accounts
from command_api.mails import asking
from command_api.mails.kinds import VERIFICATION
from events.identity import Principal
from events.refusals import Invalid

ON_ITS_WAY: Final = "A mail with a link is on its way to your address."
VERIFIED_ALREADY: Final = "Your address is confirmed already; no mail was needed."


async def verify(accounts: Accounts, command: Verify, call: Call) -> None:
    """Note that the address of whom the token was sent to is verified.

    Raises one and the same `Invalid` for a token that is unknown, used, replaced or too old, and
    `TooManyRequests`.
    """
    await count_mailed_token(accounts.pool, accounts.limits, call)
    async with accounts.pool.connection() as connection, connection.transaction():
        player_id = await asking.holder(connection, VERIFICATION, command.token, call.now)
        if not player_id or not await asking.use(
            connection, VERIFICATION, command.token, player_id, call.now
        ):
            raise Invalid(NOT_VALID, {"token": [NOT_VALID]})
        await players.verify(connection, player_id, call.now)
        await audit.record(connection, Happening.VERIFIED, call, player_id)


async def request_verification(accounts: Accounts, principal: Principal, call: Call) -> Notice:
    """Send the mail again, unless the address is verified; raises `TooManyRequests`."""
    player = await me(accounts, principal)
    await count_verification(accounts.pool, accounts.limits, player.id, call)
    if player.email_verified:
        return Notice(VERIFIED_ALREADY)
    async with accounts.pool.connection() as connection, connection.transaction():
        await asking.ask(connection, accounts.mail_key, VERIFICATION, player.id, call.now)
        requested = Happening.VERIFICATION_REQUESTED
        await audit.record(connection, requested, call, player.id, principal.session_id)
    return Notice(ON_ITS_WAY)
