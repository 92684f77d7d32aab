"""A password is forgotten: a mail is sent, and whoever has read it chooses a new one."""

from typing import Final

from command_api.accounts import audit, players, sessions
from command_api.accounts.addresses import folded, is_address
from command_api.accounts.answers import Notice
from command_api.accounts.audit import Happening
from command_api.accounts.commands import Call, ForgotPassword, ResetPassword
from command_api.accounts.limits import count_forgotten, count_mailed_token
from command_api.accounts.own_account import CHANGED_MEANWHILE
from command_api.accounts.password_rules import objections
from command_api.accounts.sessions import EndReason
from command_api.accounts.use_cases import NO_ADDRESS, Accounts
from command_api.mails import asking
from command_api.mails.kinds import PASSWORD_RESET, VERIFICATION
from events.refusals import Conflict, Invalid

ON_ITS_WAY: Final = "If there is an account with this address, a mail with a link is on its way."
NOT_VALID: Final = (
    "This link does not work any more: it was used, it is too old, or a newer one was sent."
    " Ask for another mail."
)


async def forgot_password(accounts: Accounts, command: ForgotPassword, call: Call) -> Notice:
    """Send a mail, if the address is known; the answer and its cost are the same if it is not.

    Raises `Invalid` for what is no address, and `TooManyRequests`.
    """
    if not is_address(command.email):
        raise Invalid(NO_ADDRESS, {"email": [NO_ADDRESS]})
    await count_forgotten(accounts.pool, accounts.limits, folded(command.email), call)
    async with accounts.pool.connection() as connection, connection.transaction():
        player = await players.find_by_address(connection, command.email)
        player_id = player.id if player else None
        await asking.ask(connection, accounts.mail_key, PASSWORD_RESET, player_id, call.now)
        await audit.record(connection, Happening.PASSWORD_RESET_REQUESTED, call, player_id)
    return Notice(ON_ITS_WAY)


async def reset_password(accounts: Accounts, command: ResetPassword, call: Call) -> None:
    """Replace the password of whom the token was sent to, and end all sessions.

    The mail arrived, so the address is verified as well. Raises one and the same `Invalid` for a
    token that is unknown, used, replaced or too old; `Invalid` for a password that is not taken,
    after which the token still holds; `TooManyRequests`, and `Conflict` when the password was
    changed meanwhile.
    """
    await count_mailed_token(accounts.pool, accounts.limits, call)
    async with accounts.pool.connection() as connection:
        holder = await asking.holder(connection, PASSWORD_RESET, command.token, call.now)
        player = await players.find(connection, holder) if holder else None
    if player is None:
        raise Invalid(NOT_VALID, {"token": [NOT_VALID]})
    if faults := objections(command.password, player.email, accounts.password_rules):
        raise Invalid(" ".join(faults), {"password": faults})
    password_hash = await accounts.credentials.hash(command.password)
    async with accounts.pool.connection() as connection, connection.transaction():
        if not await asking.use(connection, PASSWORD_RESET, command.token, player.id, call.now):
            raise Invalid(NOT_VALID, {"token": [NOT_VALID]})
        if not await players.change_password(connection, player, password_hash, call.now):
            raise Conflict(CHANGED_MEANWHILE)
        await players.verify(connection, player.id, call.now)
        await asking.forget_tokens(connection, VERIFICATION, player.id)
        await sessions.end_all(connection, player.id, EndReason.PASSWORD_CHANGED, call.now)
        await audit.record(connection, Happening.PASSWORD_RESET, call, player.id)
