"""Rotating refresh tokens, and what becomes of a stolen one."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from command_api.accounts.answers import Player
from command_api.accounts.commands import Login, Refresh
from command_api.accounts.limits import AccountLimits
from command_api.accounts.own_account import own_sessions
from command_api.accounts.use_cases import Accounts, login, refresh
from events.identity import Principal, Verifier
from events.refusals import TooManyRequests, Unauthenticated
from tests.command_api.accounts.conftest import CALL, EMAIL, NOW, PASSWORD, Open, at, audited

pytestmark = pytest.mark.anyio


@pytest.fixture
async def first(accounts: Accounts, amina: Player) -> str:
    """The refresh token of a new session."""
    return (await login(accounts, Login(EMAIL, PASSWORD), CALL)).refresh


async def renewed(accounts: Accounts, token: str, now: datetime = NOW) -> str:
    return (await refresh(accounts, Refresh(token), at(now))).refresh


async def refused(accounts: Accounts, token: str, now: datetime = NOW) -> None:
    with pytest.raises(Unauthenticated, match="session is over"):
        await renewed(accounts, token, now)


async def test_a_token_leads_to_the_next_pair(accounts: Accounts, first: str) -> None:
    now = datetime.now(UTC)
    started = await login(accounts, Login(EMAIL, PASSWORD), at(now))
    pair = await refresh(accounts, Refresh(started.refresh), at(now))
    verifier = Verifier(accounts.keys)
    assert pair.refresh != started.refresh
    assert verifier.principal(pair.access) == verifier.principal(started.access)


async def test_a_parent_gets_the_same_successor_while_nobody_used_it(
    accounts: Accounts, first: str
) -> None:
    second = await renewed(accounts, first)
    assert await renewed(accounts, first, NOW + timedelta(days=29)) == second
    assert await renewed(accounts, first, NOW + timedelta(days=58)) == second
    assert await renewed(accounts, second, NOW + timedelta(days=87)) != second


async def test_twenty_at_once_over_two_processes_get_one_successor(
    accounts: Accounts, open_pool: Open, first: str
) -> None:
    async with open_pool() as pool:
        elsewhere = msgspec.structs.replace(accounts, pool=pool)
        processes = [accounts, elsewhere] * 10
        successors = await asyncio.gather(*(renewed(process, first) for process in processes))
    assert len(successors) == 20
    assert len(set(successors)) == 1


async def test_a_parent_whose_successor_was_used_ends_the_session(
    accounts: Accounts, first: str
) -> None:
    second = await renewed(accounts, first)
    third = await renewed(accounts, second)
    await refused(accounts, first)
    await refused(accounts, third)
    await refused(accounts, second)
    kinds = await audited(accounts)
    assert kinds == ["registered", "login_succeeded", "refreshed", "refreshed", "token_reused"]


async def test_an_older_token_ends_the_session(accounts: Accounts, first: str) -> None:
    second = await renewed(accounts, first)
    third = await renewed(accounts, second)
    assert await renewed(accounts, second) == third
    fourth = await renewed(accounts, third)
    await refused(accounts, first)
    await refused(accounts, fourth)


async def test_reuse_ends_no_other_session(accounts: Accounts, amina: Player, first: str) -> None:
    other = (await login(accounts, Login(EMAIL, PASSWORD), CALL)).refresh
    await renewed(accounts, await renewed(accounts, first))
    await refused(accounts, first)
    assert await renewed(accounts, other)


async def test_many_uses_and_a_theft_at_once_leave_no_session(
    accounts: Accounts, amina: Player, first: str
) -> None:
    token = await renewed(accounts, await renewed(accounts, first))
    attempts = [renewed(accounts, t) for t in [token, first] * 10]
    await asyncio.gather(*attempts, return_exceptions=True)
    await refused(accounts, token)
    here = Principal(amina.id, amina.id)
    assert await own_sessions(accounts, here, CALL) == []
    assert (await audited(accounts)).count("token_reused") == 1


@pytest.mark.parametrize("token", ["", "unknown", "\ud800", "\0", "x" * 60_000])
async def test_an_unknown_token_is_refused(accounts: Accounts, token: str) -> None:
    await refused(accounts, token)


async def test_a_session_ends_after_thirty_idle_days(accounts: Accounts, first: str) -> None:
    second = await renewed(accounts, first, NOW + timedelta(days=29, hours=23))
    await refused(accounts, second, NOW + timedelta(days=60))


async def test_a_session_ends_after_ninety_days_of_use(accounts: Accounts, first: str) -> None:
    token = first
    for days in (25, 50, 75, 89):
        token = await renewed(accounts, token, NOW + timedelta(days=days))
    await refused(accounts, token, NOW + timedelta(days=90))


async def test_a_refused_token_of_an_idle_session_is_not_used_up(
    accounts: Accounts, first: str
) -> None:
    await refused(accounts, first, NOW + timedelta(days=30))
    assert await renewed(accounts, first, NOW + timedelta(days=29))


async def test_what_made_a_token_is_forgotten_once_it_is_used(
    accounts: Accounts, first: str
) -> None:
    await renewed(accounts, await renewed(accounts, first))
    async with accounts.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT used_at IS NULL, salt IS NULL FROM accounts.refresh_tokens ORDER BY 1"
        )
        assert await cursor.fetchall() == [(False, True), (False, True), (True, False)]


async def test_the_sixty_first_refresh_within_a_minute_is_refused(
    accounts: Accounts, first: str
) -> None:
    for _ in range(60):
        await renewed(accounts, first)
    with pytest.raises(TooManyRequests):
        await renewed(accounts, first)
    free = msgspec.structs.replace(accounts, limits=AccountLimits(enabled=False))
    assert await renewed(free, first)
