"""How players come in and go: making an account, signing in, staying signed in, signing out."""

from contextlib import suppress
from typing import Final
from uuid import uuid4

from msgspec import Struct
from psycopg_pool import AsyncConnectionPool

from command_api.accounts import audit, players, refresh_tokens, sessions
from command_api.accounts.addresses import folded, is_address
from command_api.accounts.answers import Player, TokenPair
from command_api.accounts.audit import Happening
from command_api.accounts.commands import Call, Login, Logout, Refresh, Register
from command_api.accounts.credentials import Credentials
from command_api.accounts.key_ring import KeyRing
from command_api.accounts.limits import (
    AccountLimits,
    count_login,
    count_refresh,
    count_registration,
    note_network,
)
from command_api.accounts.password_rules import PasswordRules, objections
from command_api.accounts.players import StoredPlayer
from command_api.accounts.sessions import EndReason
from command_api.accounts.tokens import access_token, new_refresh_token
from command_api.accounts.unverified import refuse_unverified
from command_api.mails import asking
from command_api.mails.kinds import VERIFICATION
from events.identity import Principal
from events.refusals import Conflict, Invalid, Unauthenticated, Unavailable

NO_ADDRESS: Final = "This is not an e-mail address, such as name@example.com."
TAKEN: Final = "There is already an account with this e-mail address."
WRONG: Final = "The e-mail address or the password is not right."
OVER: Final = "This session is over. Sign in again."
NO_TOKEN: Final = "This is not a refresh token of yours."  # noqa: S105 - no secret


class Accounts(Struct, frozen=True):
    """What the accounts work with. The secrets in mails are made with `mail_key`."""

    pool: AsyncConnectionPool
    credentials: Credentials
    keys: KeyRing
    mail_key: bytes
    require_verified: bool = False
    limits: AccountLimits = AccountLimits()
    password_rules: PasswordRules = PasswordRules()


async def register(accounts: Accounts, command: Register, call: Call) -> Player:
    """Make an account. Raises `Invalid`, `TooManyRequests`, and `Conflict` for a known address."""
    email = command.email.strip()
    refuse_faults(
        {
            "email": [] if is_address(email) else [NO_ADDRESS],
            "password": objections(command.password, email, accounts.password_rules),
        }
    )
    await count_registration(accounts.pool, accounts.limits, call)
    password_hash = await accounts.credentials.hash(command.password)  # for a known address too
    player = Player(uuid4(), email, call.now)
    async with accounts.pool.connection() as connection, connection.transaction():
        added = await players.add(connection, player.id, email, password_hash, call.now)
        mailed = player.id if added else None  # noted in either case, for it costs the same
        await asking.ask(connection, accounts.mail_key, VERIFICATION, mailed, call.now)
        if added:
            await audit.record(connection, Happening.REGISTERED, call, player.id)
        else:
            await audit.record(connection, Happening.REGISTRATION_REFUSED, call)
    if not added:
        raise Conflict(TAKEN, {"email": [TAKEN]})
    return player


async def login(accounts: Accounts, command: Login, call: Call) -> TokenPair:
    """Begin a session.

    Raises `TooManyRequests`, and one and the same `Unauthenticated`, at the same cost, for an
    unknown address and a wrong password; `Forbidden` where addresses have to be verified.
    """
    await count_login(accounts.pool, accounts.limits, folded(command.email), call)
    async with accounts.pool.connection() as connection:
        player = await players.find_by_address(connection, command.email)
    stored = player.password_hash if player else None
    right = await accounts.credentials.matches(command.password, stored)
    if not player or not right:
        player_id = player.id if player else None
        async with accounts.pool.connection() as connection:
            await audit.record(connection, Happening.LOGIN_FAILED, call, player_id)
        raise Unauthenticated(WRONG)
    if accounts.credentials.is_outdated(player.password_hash):
        await _hash_again(accounts, player, command.password)
    if accounts.require_verified:
        await refuse_unverified(accounts.pool, accounts.mail_key, player, call)
    pair = await _begin_session(accounts, player, call)
    await note_network(accounts.pool, accounts.limits, folded(command.email), call)
    return pair


async def refresh(accounts: Accounts, command: Refresh, call: Call) -> TokenPair:
    """Rotate a refresh token.

    Raises `TooManyRequests`, and `Unauthenticated` for a token that is unknown, of a session that
    is over, or replaced by one in use; this last ends the session.
    """
    await count_refresh(accounts.pool, accounts.limits, call)
    async with accounts.pool.connection() as connection, connection.transaction():
        rotated = await refresh_tokens.rotate(connection, command.refresh, call.now)
        match rotated:
            case refresh_tokens.Rotated(session_id, token):
                player_id = await sessions.use(connection, session_id, call.now)
                if player_id is None:
                    raise Unauthenticated(OVER)
                await audit.record(connection, Happening.REFRESHED, call, player_id, session_id)
                access = _access(accounts, Principal(player_id, session_id), call)
                return TokenPair(access, token)
            case refresh_tokens.Reused(session_id, player_id):
                reason = EndReason.TOKEN_REUSED
                if await sessions.end(connection, session_id, player_id, reason, call.now):
                    await audit.record(
                        connection, Happening.TOKEN_REUSED, call, player_id, session_id
                    )
    raise Unauthenticated(OVER)  # outside, for the end of a stolen session must be committed


async def logout(accounts: Accounts, principal: Principal, command: Logout, call: Call) -> None:
    """End the session of a refresh token, again without complaint.

    Raises `Invalid` for a token that is not the principal's.
    """
    async with accounts.pool.connection() as connection, connection.transaction():
        session_id = await refresh_tokens.find_session(
            connection, command.refresh, principal.user_id
        )
        if session_id is None:
            raise Invalid(NO_TOKEN, {"refresh": [NO_TOKEN]})
        reason = EndReason.LOGOUT
        if await sessions.end(connection, session_id, principal.user_id, reason, call.now):
            await audit.record(
                connection, Happening.LOGGED_OUT, call, principal.user_id, session_id
            )


def refuse_faults(fields: dict[str, list[str]]) -> None:
    """Raise `Invalid` when there is any sentence in `fields`."""
    faults = {name: sentences for name, sentences in fields.items() if sentences}
    if faults:
        sentences = [sentence for sentences in faults.values() for sentence in sentences]
        raise Invalid(" ".join(sentences), faults)


async def _begin_session(accounts: Accounts, player: StoredPlayer, call: Call) -> TokenPair:
    session_id, token = uuid4(), new_refresh_token()
    async with accounts.pool.connection() as connection, connection.transaction():
        # Or a session begun with the old password would outlive its change.
        if not await players.keep_password(connection, player):
            raise Unauthenticated(WRONG)
        await sessions.begin(connection, session_id, player.id, call.now)
        await refresh_tokens.add_first(connection, token, session_id, call.now)
        await audit.record(connection, Happening.LOGIN_SUCCEEDED, call, player.id, session_id)
    return TokenPair(_access(accounts, Principal(player.id, session_id), call), token)


def _access(accounts: Accounts, principal: Principal, call: Call) -> str:
    return access_token(accounts.keys.signing(call.now), principal, call.now)


async def _hash_again(accounts: Accounts, player: StoredPlayer, password: str) -> None:
    with suppress(Unavailable):  # the next login will do
        password_hash = await accounts.credentials.hash(password)
        async with accounts.pool.connection() as connection:
            await players.hash_again(connection, player, password_hash)
