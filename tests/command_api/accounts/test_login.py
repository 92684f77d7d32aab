"""Beginning a session, and guessing at passwords."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from command_api.accounts import players
from command_api.accounts.answers import Player
from command_api.accounts.commands import ChangePassword, Login
from command_api.accounts.credentials import Argon2Cost, Credentials
from command_api.accounts.limits import AccountLimits
from command_api.accounts.own_account import change_password, me
from command_api.accounts.use_cases import WRONG, Accounts, login
from events.identity import Verifier
from events.refusals import TooManyRequests, Unauthenticated, Unavailable
from tests.command_api.accounts.conftest import (
    CALL,
    CHEAP,
    EMAIL,
    MAIL_KEY,
    NOW,
    PASSWORD,
    Open,
    at,
    audited,
)
from tests.command_api.mails.post import arrived

pytestmark = pytest.mark.anyio


@pytest.fixture
async def elsewhere(accounts: Accounts, open_pool: Open) -> AsyncIterator[Accounts]:
    """The same accounts in another process."""
    async with open_pool() as pool:
        yield msgspec.structs.replace(accounts, pool=pool, credentials=Credentials(CHEAP))


async def test_a_login_gives_a_token_of_its_player(accounts: Accounts, amina: Player) -> None:
    pair = await login(accounts, Login(f" {EMAIL.upper()}", PASSWORD), at(datetime.now(UTC)))
    principal = Verifier(accounts.keys).principal(pair.access)
    assert await me(accounts, principal) == amina
    assert await audited(accounts) == ["registered", "login_succeeded"]


@pytest.mark.parametrize(
    "wrong",
    [
        Login(EMAIL, "three blue goalpost"),
        Login(EMAIL, PASSWORD.upper()),
        Login(EMAIL, "\ud800"),
        Login(EMAIL, ""),
        Login("nobody@example.com", PASSWORD),
        Login("", PASSWORD),
        Login("amina\0@example.com", PASSWORD),
        Login("\ud800@example.com", PASSWORD),
        Login("x" * 60_000, PASSWORD),
    ],
)
async def test_every_wrong_login_is_refused_alike(
    accounts: Accounts, amina: Player, wrong: Login
) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        await login(accounts, wrong, CALL)
    assert (str(refusal.value), refusal.value.fields) == (WRONG, {})
    assert await audited(accounts) == ["registered", "login_failed"]


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
async def test_an_unknown_address_costs_a_hash_too(
    accounts: Accounts, amina: Player, email: str
) -> None:
    busy = Credentials(CHEAP, at_once=1, patience=timedelta(0))
    await busy._places.acquire()
    with pytest.raises(Unavailable):
        await login(msgspec.structs.replace(accounts, credentials=busy), Login(email, "?"), CALL)


async def test_exactly_five_of_a_hundred_guesses_are_answered(
    accounts: Accounts, elsewhere: Accounts, amina: Player
) -> None:
    twenty_at_a_time = asyncio.Semaphore(20)

    async def guess(number: int) -> str:
        process = accounts if number % 2 else elsewhere
        async with twenty_at_a_time:
            try:
                await login(process, Login(EMAIL, f"guess number {number}"), CALL)
            except (Unauthenticated, TooManyRequests) as refusal:
                return type(refusal).__name__
        return "let in"

    answers = Counter(await asyncio.gather(*(guess(number) for number in range(100))))
    assert answers == {"Unauthenticated": 5, "TooManyRequests": 95}
    assert Counter(await audited(accounts)) == {"registered": 1, "login_failed": 5, "denied": 2}


async def test_the_sixth_guess_is_refused_before_it_is_hashed(
    accounts: Accounts, amina: Player
) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await login(accounts, Login(EMAIL, "guess"), CALL)
    busy = Credentials(CHEAP, at_once=1, patience=timedelta(0))
    await busy._places.acquire()
    with pytest.raises(TooManyRequests) as refusal:
        await login(
            msgspec.structs.replace(accounts, credentials=busy),
            Login(EMAIL, PASSWORD),
            at(NOW + timedelta(seconds=18)),
        )
    assert refusal.value.retry_after == 42
    assert await login(accounts, Login(EMAIL, PASSWORD), at(NOW + timedelta(minutes=1)))


async def test_a_stranger_does_not_lock_the_owner_out(accounts: Accounts, amina: Player) -> None:
    for _ in range(400):
        with pytest.raises((Unauthenticated, TooManyRequests)):
            await login(accounts, Login(EMAIL, "guess"), at(NOW, "198.51.100.9"))
    assert await login(accounts, Login(EMAIL, PASSWORD), CALL)


async def test_who_has_many_networks_does_not_lock_the_owner_out_where_they_signed_in(
    accounts: Accounts, amina: Player
) -> None:
    usual = AccountLimits().login_by_address
    assert (usual.limit, usual.window) == (300, timedelta(minutes=1))
    few = AccountLimits(login_by_address=msgspec.structs.replace(usual, limit=20))
    accounts = msgspec.structs.replace(accounts, limits=few)
    home, later = "203.0.113.5", NOW + timedelta(days=29)
    assert await login(accounts, Login(EMAIL, PASSWORD), at(NOW, home))
    for network in range(4):
        for _ in range(5):
            with pytest.raises(Unauthenticated):
                await login(
                    accounts, Login(EMAIL, "guess"), at(later, f"2001:db8::{network}:0:0:0:1")
                )
    for client in ("2001:db8:1::1", "203.0.113.6"):
        with pytest.raises(TooManyRequests):
            await login(accounts, Login(EMAIL, PASSWORD), at(later, client))
    assert await login(accounts, Login(EMAIL, PASSWORD), at(later, home))


async def test_an_owner_guesses_no_more_often_than_anybody(
    accounts: Accounts, amina: Player
) -> None:
    assert await login(accounts, Login(EMAIL, PASSWORD), CALL)
    for _ in range(4):
        with pytest.raises(Unauthenticated):
            await login(accounts, Login(EMAIL, "guess"), CALL)
    with pytest.raises(TooManyRequests):
        await login(accounts, Login(EMAIL, "guess"), CALL)


async def test_a_client_may_try_twenty_addresses_a_minute(accounts: Accounts) -> None:
    for n in range(20):
        with pytest.raises(Unauthenticated):
            await login(accounts, Login(f"amina{n}@example.com", "guess"), CALL)
    with pytest.raises(TooManyRequests):
        await login(accounts, Login("amina20@example.com", "guess"), CALL)


async def test_a_login_hashes_again_what_was_hashed_at_another_cost(
    accounts: Accounts, amina: Player
) -> None:
    dearer = Credentials(Argon2Cost(memory_kib=128, passes=1))
    raised = msgspec.structs.replace(accounts, credentials=dearer)
    await asyncio.gather(*(login(raised, Login(EMAIL, PASSWORD), CALL) for _ in range(4)))
    async with accounts.pool.connection() as connection:
        stored = await players.find(connection, amina.id)
    assert stored is not None
    assert not dearer.is_outdated(stored.password_hash)
    assert await login(raised, Login(EMAIL, PASSWORD), CALL)


async def test_a_session_is_not_begun_with_a_password_replaced_meanwhile(
    accounts: Accounts, amina: Player
) -> None:
    pair = await login(accounts, Login(EMAIL, PASSWORD), at(datetime.now(UTC)))
    principal = Verifier(accounts.keys).principal(pair.access)
    async with accounts.pool.connection() as connection:
        checked = await players.find(connection, amina.id)
        assert checked is not None
        assert await players.keep_password(connection, checked)
    later = at(NOW + timedelta(minutes=2))
    await change_password(accounts, principal, ChangePassword(PASSWORD, "four red cards"), later)
    async with accounts.pool.connection() as connection:
        assert not await players.keep_password(connection, checked)


async def test_nothing_secret_and_no_caller_lies_in_the_tables(
    accounts: Accounts, amina: Player
) -> None:
    pair = await login(accounts, Login(EMAIL, PASSWORD), CALL)
    [mail] = await arrived(accounts.pool, MAIL_KEY, NOW)
    stored = ""
    async with accounts.pool.connection() as connection:
        for table in (
            "players",
            "sessions",
            "refresh_tokens",
            "rate_counters",
            "security_events",
            "mails",
        ):
            cursor = await connection.execute(f"SELECT t::text FROM accounts.{table} AS t")  # noqa: S608
            rows = [row for (row,) in await cursor.fetchall()]
            assert rows
            assert table == "players" or EMAIL.casefold() not in "".join(rows).casefold()
            stored += "".join(rows)
    for secret in (PASSWORD, pair.refresh, pair.access, mail.token, CALL.client):
        assert secret not in stored
        assert secret.encode().hex() not in stored
