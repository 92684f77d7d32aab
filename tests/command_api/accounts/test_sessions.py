"""Seeing and ending sessions, leaving, and changing the password."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from command_api.accounts import players, sessions
from command_api.accounts.answers import Player, TokenPair
from command_api.accounts.commands import ChangePassword, Login, Logout, Refresh, Register
from command_api.accounts.own_account import change_password, end_session, me, own_sessions
from command_api.accounts.use_cases import Accounts, login, logout, refresh, register
from events.identity import Principal, Verifier
from events.refusals import Invalid, NotFound, TooManyRequests, Unauthenticated
from events.revocations import session_is_live
from tests.command_api.accounts.conftest import CALL, EMAIL, NOW, PASSWORD, at, audited

pytestmark = pytest.mark.anyio

NEW_PASSWORD = "four red cards"


async def signed_in(accounts: Accounts, email: str = EMAIL) -> tuple[Principal, TokenPair]:
    now = datetime.now(UTC)  # the verifier looks at the clock
    pair = await login(accounts, Login(email, PASSWORD), at(now))
    return Verifier(accounts.keys).principal(pair.access), pair


async def test_sessions_are_listed_the_last_used_first(accounts: Accounts, amina: Player) -> None:
    phone, pair = await signed_in(accounts)
    tablet, _ = await signed_in(accounts)
    later = at(datetime.now(UTC) + timedelta(hours=1))
    await refresh(accounts, Refresh(pair.refresh), later)
    listed = await own_sessions(accounts, tablet, later)
    assert [session.id for session in listed] == [phone.session_id, tablet.session_id]
    assert [session.current for session in listed] == [False, True]
    assert listed[0].last_used_at == later.now
    assert listed[0].created_at < later.now


async def test_a_session_that_ran_out_is_not_listed(accounts: Accounts, amina: Player) -> None:
    phone, _ = await signed_in(accounts)
    assert await own_sessions(accounts, phone, at(datetime.now(UTC) + timedelta(days=31))) == []


async def test_an_ended_session_is_over(accounts: Accounts, amina: Player) -> None:
    phone, pair = await signed_in(accounts)
    tablet, _ = await signed_in(accounts)
    await end_session(accounts, tablet, phone.session_id, CALL)
    assert not await session_is_live(accounts.pool, phone.session_id)
    assert await session_is_live(accounts.pool, tablet.session_id)
    with pytest.raises(Unauthenticated):
        await refresh(accounts, Refresh(pair.refresh), at(datetime.now(UTC)))
    assert (await audited(accounts))[-1] == "session_ended"


async def test_what_is_not_running_or_not_ones_own_cannot_be_ended(
    accounts: Accounts, amina: Player
) -> None:
    await register(accounts, Register("stranger@example.com", PASSWORD), CALL)
    stranger, _ = await signed_in(accounts, "stranger@example.com")
    phone, _ = await signed_in(accounts)
    answers = set()
    await end_session(accounts, stranger, stranger.session_id, CALL)
    for session_id in (phone.session_id, stranger.session_id, UUID(int=9)):
        with pytest.raises(NotFound) as refusal:
            await end_session(accounts, stranger, session_id, CALL)
        answers.add(str(refusal.value))
    assert len(answers) == 1
    assert await session_is_live(accounts.pool, phone.session_id)


async def test_logout_ends_the_session_and_may_be_said_twice(
    accounts: Accounts, amina: Player
) -> None:
    phone, pair = await signed_in(accounts)
    tablet, _ = await signed_in(accounts)
    await logout(accounts, phone, Logout(pair.refresh), CALL)
    await logout(accounts, phone, Logout(pair.refresh), CALL)
    assert not await session_is_live(accounts.pool, phone.session_id)
    assert await session_is_live(accounts.pool, tablet.session_id)
    assert (await audited(accounts)).count("logged_out") == 1


async def test_nobody_logs_out_somebody_else(accounts: Accounts, amina: Player) -> None:
    await register(accounts, Register("stranger@example.com", PASSWORD), CALL)
    stranger, _ = await signed_in(accounts, "stranger@example.com")
    phone, pair = await signed_in(accounts)
    for token in (pair.refresh, "unknown"):
        with pytest.raises(Invalid) as refusal:
            await logout(accounts, stranger, Logout(token), CALL)
        assert set(refusal.value.fields) == {"refresh"}
    assert await session_is_live(accounts.pool, phone.session_id)


async def test_a_new_password_ends_every_other_session(accounts: Accounts, amina: Player) -> None:
    phone, on_phone = await signed_in(accounts)
    tablet, on_tablet = await signed_in(accounts)
    await change_password(accounts, phone, ChangePassword(PASSWORD, NEW_PASSWORD), CALL)
    assert await refresh(accounts, Refresh(on_phone.refresh), at(datetime.now(UTC)))
    with pytest.raises(Unauthenticated):
        await refresh(accounts, Refresh(on_tablet.refresh), at(datetime.now(UTC)))
    assert not await session_is_live(accounts.pool, tablet.session_id)
    with pytest.raises(Unauthenticated):
        await login(accounts, Login(EMAIL, PASSWORD), at(datetime.now(UTC)))
    assert await login(accounts, Login(EMAIL, NEW_PASSWORD), at(datetime.now(UTC)))


async def test_a_login_under_way_does_not_outlive_a_new_password(
    accounts: Accounts, amina: Player
) -> None:
    phone, _ = await signed_in(accounts)
    late = UUID(int=10)
    async with accounts.pool.connection() as login_under_way:
        checked = await players.find(login_under_way, amina.id)
        assert checked is not None
        assert await players.keep_password(login_under_way, checked)
        change = asyncio.create_task(
            change_password(accounts, phone, ChangePassword(PASSWORD, NEW_PASSWORD), CALL)
        )
        async with asyncio.timeout(5):
            await until_somebody_waits(accounts)
        await sessions.begin(login_under_way, late, amina.id, NOW)
    await change
    assert not await session_is_live(accounts.pool, late)


async def until_somebody_waits(accounts: Accounts) -> None:
    waiting = False
    while not waiting:
        async with accounts.pool.connection() as connection:
            cursor = await connection.execute(
                """
                SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                """
            )
            waiting = cursor.rowcount > 0


async def test_a_new_password_needs_the_current_one(accounts: Accounts, amina: Player) -> None:
    phone, _ = await signed_in(accounts)
    with pytest.raises(Invalid) as refusal:
        await change_password(accounts, phone, ChangePassword("guess", NEW_PASSWORD), CALL)
    assert set(refusal.value.fields) == {"current"}
    assert (await audited(accounts))[-1] == "password_change_failed"


async def test_a_new_password_obeys_the_rules(accounts: Accounts, amina: Player) -> None:
    phone, _ = await signed_in(accounts)
    for new in ("short", "password", EMAIL):
        with pytest.raises(Invalid) as refusal:
            await change_password(accounts, phone, ChangePassword(PASSWORD, new), CALL)
        assert set(refusal.value.fields) == {"new"}


async def test_a_stolen_access_token_does_not_guess_the_password(
    accounts: Accounts, amina: Player
) -> None:
    phone, _ = await signed_in(accounts)
    for n in range(5):
        with pytest.raises(Invalid):
            await change_password(
                accounts, phone, ChangePassword("guess", NEW_PASSWORD), at(NOW, f"192.0.2.{n}")
            )
    with pytest.raises(TooManyRequests):
        await change_password(accounts, phone, ChangePassword(PASSWORD, NEW_PASSWORD), CALL)


async def test_who_has_no_account_any_more_is_nobody(accounts: Accounts) -> None:
    with pytest.raises(Unauthenticated):
        await me(accounts, Principal(UUID(int=7), UUID(int=8)))


async def test_sessions_are_swept_a_day_after_their_end(accounts: Accounts, amina: Player) -> None:
    phone, pair = await signed_in(accounts)
    await refresh(accounts, Refresh(pair.refresh), at(datetime.now(UTC)))
    now = datetime.now(UTC)
    await signed_in(accounts)
    await end_session(accounts, phone, phone.session_id, at(now))
    async with accounts.pool.connection() as connection:
        assert await sessions.sweep(connection, now + timedelta(hours=23)) == 0
        assert await sessions.sweep(connection, now + timedelta(hours=25)) == 1
        assert await sessions.sweep(connection, now + timedelta(days=32)) == 1
        cursor = await connection.execute("SELECT count(*) FROM accounts.refresh_tokens")
        assert await cursor.fetchone() == (0,)
