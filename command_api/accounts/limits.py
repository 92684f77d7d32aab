"""How often accounts may be knocked at; every knock is counted before a password is hashed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct
from psycopg_pool import AsyncConnectionPool

from command_api.accounts import audit, players
from command_api.accounts.audit import Happening
from command_api.accounts.commands import Call
from command_api.rate_limit import RateLimit, count, is_noted, network_of, note
from events.refusals import TooManyRequests

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


class AccountLimits(Struct, frozen=True):
    """The limits, all together on or off."""

    enabled: bool = True
    login_by_client: RateLimit = RateLimit("login by client", 20, MINUTE)
    login_by_address_and_client: RateLimit = RateLimit("login by address and client", 5, MINUTE)
    # So high that a stranger alone, who ends at the two above, cannot lock the owner out; for who
    # has many networks, those where the owner signed in lately are let through.
    login_by_address: RateLimit = RateLimit("login by address", 300, MINUTE)
    known_network: RateLimit = RateLimit("signed in by address and client", 1, 30 * DAY)
    registration_by_client: RateLimit = RateLimit("registration by client", 10, HOUR)
    refresh_by_client: RateLimit = RateLimit("refresh by client", 60, MINUTE)
    password_by_player: RateLimit = RateLimit("password by player", 5, MINUTE)
    forgotten_by_client: RateLimit = RateLimit("forgotten password by client", 10, HOUR)
    # What a stranger can have sent to somebody; whoever comes too late has these mails.
    forgotten_by_address: RateLimit = RateLimit("forgotten password by address", 5, HOUR)
    mailed_token_by_client: RateLimit = RateLimit("mailed token by client", 20, MINUTE)
    verification_by_player: RateLimit = RateLimit("verification by player", 5, HOUR)


async def count_login(
    pool: AsyncConnectionPool, limits: AccountLimits, address: str, call: Call
) -> None:
    """Count a login at the folded `address`.

    A knock that one limit refuses is not counted by the next: that of the client comes first, so
    that nobody fills the table with addresses, and that of the address last, so that no stranger
    uses it up.
    """
    if not limits.enabled:
        return
    denied = _denied_at(pool, call, address)
    client = network_of(call.client)
    await count(pool, limits.login_by_client, client, call.now, _denied(pool, call))
    both = f"{address}\0{client}"
    await count(pool, limits.login_by_address_and_client, both, call.now, denied)
    try:
        await count(pool, limits.login_by_address, address, call.now, denied)
    except TooManyRequests:
        if not await is_noted(pool, limits.known_network, both, call.now):
            raise


async def note_network(
    pool: AsyncConnectionPool, limits: AccountLimits, address: str, call: Call
) -> None:
    """Remember for a month, as a hash, where the owner of the folded `address` signed in."""
    if limits.enabled:
        both = f"{address}\0{network_of(call.client)}"
        await note(pool, limits.known_network, both, call.now)


async def count_registration(pool: AsyncConnectionPool, limits: AccountLimits, call: Call) -> None:
    """Count an attempt to make an account."""
    if limits.enabled:
        client = network_of(call.client)
        await count(pool, limits.registration_by_client, client, call.now, _denied(pool, call))


async def count_refresh(pool: AsyncConnectionPool, limits: AccountLimits, call: Call) -> None:
    """Count a refresh token given in."""
    if limits.enabled:
        client = network_of(call.client)
        await count(pool, limits.refresh_by_client, client, call.now, _denied(pool, call))


async def count_password(
    pool: AsyncConnectionPool, limits: AccountLimits, player_id: UUID, call: Call
) -> None:
    """Count an attempt to say the current password: a stolen access token must not guess it."""
    if limits.enabled:
        denied = _denied(pool, call, player_id)
        await count(pool, limits.password_by_player, str(player_id), call.now, denied)


async def count_forgotten(
    pool: AsyncConnectionPool, limits: AccountLimits, address: str, call: Call
) -> None:
    """Count a wish for a new password at the folded `address`, whether it is known or not."""
    if not limits.enabled:
        return
    denied = _denied_at(pool, call, address)
    client = network_of(call.client)
    await count(pool, limits.forgotten_by_client, client, call.now, _denied(pool, call))
    await count(pool, limits.forgotten_by_address, address, call.now, denied)


async def count_mailed_token(pool: AsyncConnectionPool, limits: AccountLimits, call: Call) -> None:
    """Count a token of a mail given in."""
    if limits.enabled:
        client = network_of(call.client)
        await count(pool, limits.mailed_token_by_client, client, call.now, _denied(pool, call))


async def count_verification(
    pool: AsyncConnectionPool, limits: AccountLimits, player_id: UUID, call: Call
) -> None:
    """Count a wish for another verification mail."""
    if limits.enabled:
        denied = _denied(pool, call, player_id)
        await count(pool, limits.verification_by_player, str(player_id), call.now, denied)


def _denied_at(
    pool: AsyncConnectionPool, call: Call, address: str
) -> Callable[[], Awaitable[None]]:
    async def record() -> None:
        async with pool.connection() as connection:
            player = await players.find_by_address(connection, address)
            await audit.record(connection, Happening.DENIED, call, player.id if player else None)

    return record


def _denied(
    pool: AsyncConnectionPool, call: Call, player_id: UUID | None = None
) -> Callable[[], Awaitable[None]]:
    async def record() -> None:
        async with pool.connection() as connection:
            await audit.record(connection, Happening.DENIED, call, player_id)

    return record
