"""What players see and change of their own account, once they are signed in."""

from typing import Final
from uuid import UUID

from command_api.accounts import audit, players, sessions
from command_api.accounts.answers import Player, SecurityEvent, Session
from command_api.accounts.audit import Happening
from command_api.accounts.commands import Call, ChangePassword, ChangeProfile
from command_api.accounts.display_names import display_name_fault
from command_api.accounts.limits import count_password
from command_api.accounts.password_rules import objections
from command_api.accounts.players import StoredPlayer
from command_api.accounts.sessions import EndReason
from command_api.accounts.use_cases import Accounts, refuse_faults
from command_api.mails import asking
from command_api.mails.kinds import PASSWORD_RESET
from events.identity import Principal
from events.pages import Page
from events.refusals import Conflict, Invalid, NotFound, Unauthenticated

WRONG_CURRENT: Final = "The current password is not right."
CHANGED_MEANWHILE: Final = "The password was changed meanwhile. Sign in again with the new one."
NO_ACCOUNT: Final = "This account does not exist any more."
NO_SESSION: Final = "There is no such session."


async def me(accounts: Accounts, principal: Principal) -> Player:
    """The principal's own account; raises `Unauthenticated` when it is gone."""
    return (await _player(accounts, principal)).shown()


async def change_profile(
    accounts: Accounts, principal: Principal, command: ChangeProfile
) -> Player:
    """Change what others see of the player; raises `Invalid`."""
    fault = display_name_fault(command.display_name)
    refuse_faults({"display_name": [fault] if fault else []})
    async with accounts.pool.connection() as connection:
        player = await players.rename(connection, principal.user_id, command.display_name)
    if player is None:
        raise Unauthenticated(NO_ACCOUNT)
    return player.shown()


async def change_password(
    accounts: Accounts, principal: Principal, command: ChangePassword, call: Call
) -> None:
    """Replace the password and end every other session.

    Raises `Invalid` for a wrong current password or a new one that is not taken,
    `TooManyRequests`, and `Conflict` when the password was changed meanwhile.
    """
    player = await _player(accounts, principal)
    refuse_faults({"new": objections(command.new, player.email, accounts.password_rules)})
    await count_password(accounts.pool, accounts.limits, player.id, call)
    if not await accounts.credentials.matches(command.current, player.password_hash):
        async with accounts.pool.connection() as connection:
            failed = Happening.PASSWORD_CHANGE_FAILED
            await audit.record(connection, failed, call, player.id, principal.session_id)
        raise Invalid(WRONG_CURRENT, {"current": [WRONG_CURRENT]})
    password_hash = await accounts.credentials.hash(command.new)
    async with accounts.pool.connection() as connection, connection.transaction():
        if not await players.change_password(connection, player, password_hash, call.now):
            raise Conflict(CHANGED_MEANWHILE)
        await asking.forget_tokens(connection, PASSWORD_RESET, player.id)
        await sessions.end_others(connection, principal, EndReason.PASSWORD_CHANGED, call.now)
        changed = Happening.PASSWORD_CHANGED
        await audit.record(connection, changed, call, player.id, principal.session_id)


async def own_sessions(accounts: Accounts, principal: Principal, call: Call) -> list[Session]:
    """The principal's running sessions, the last used first."""
    async with accounts.pool.connection() as connection:
        return await sessions.running(connection, principal, call.now)


async def own_security_events(
    accounts: Accounts, principal: Principal, place: audit.Place, limit: int
) -> Page[SecurityEvent, audit.Place]:
    """What happened to the principal's account, the newest first."""
    async with accounts.pool.connection() as connection:
        return await audit.page(connection, principal, place, limit)


async def end_session(
    accounts: Accounts, principal: Principal, session_id: UUID, call: Call
) -> None:
    """End one of the principal's sessions; raises `NotFound` if none of them runs under this id."""
    reason = EndReason.ENDED_BY_PLAYER
    async with accounts.pool.connection() as connection, connection.transaction():
        if not await sessions.end(connection, session_id, principal.user_id, reason, call.now):
            raise NotFound(NO_SESSION)
        await audit.record(connection, Happening.SESSION_ENDED, call, principal.user_id, session_id)


async def _player(accounts: Accounts, principal: Principal) -> StoredPlayer:
    async with accounts.pool.connection() as connection:
        player = await players.find(connection, principal.user_id)
    if player is None:
        raise Unauthenticated(NO_ACCOUNT)
    return player
