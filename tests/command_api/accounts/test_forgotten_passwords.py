"""Choosing a new password by mail."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from psycopg import AsyncConnection, AsyncCursor
from psycopg_pool import AsyncConnectionPool

from command_api.accounts import players
from command_api.accounts.answers import Player
from command_api.accounts.commands import (
    ChangePassword,
    ForgotPassword,
    Login,
    Register,
    ResetPassword,
)
from command_api.accounts.credentials import Credentials
from command_api.accounts.forgotten_passwords import NOT_VALID, forgot_password, reset_password
from command_api.accounts.own_account import change_password, me
from command_api.accounts.use_cases import Accounts, login, register
from events.identity import Verifier
from events.refusals import Invalid, TooManyRequests, Unauthenticated, Unavailable
from events.revocations import session_is_live
from tests.command_api.accounts.conftest import (
    CALL,
    CHEAP,
    EMAIL,
    MAIL_KEY,
    NOW,
    PASSWORD,
    at,
    audited,
)
from tests.command_api.accounts.test_sessions import signed_in
from tests.command_api.mails.post import arrived, token_in

pytestmark = pytest.mark.anyio

NEW_PASSWORD = "four red cards"
UNKNOWN = "nobody@example.com"


class Counting(AsyncConnection[Any]):
    """A connection that writes down what it is asked."""

    asked: list[str]

    async def execute(self, query: Any, *arguments: Any, **options: Any) -> AsyncCursor[Any]:
        self.asked.append(query if isinstance(query, str) else query.as_string(self))
        return await super().execute(query, *arguments, **options)


@pytest.fixture
async def counted(accounts: Accounts, database: str) -> AsyncIterator[Accounts]:
    """The same accounts over one connection that counts."""
    async with AsyncConnectionPool(
        database, connection_class=Counting, min_size=1, max_size=1, open=False
    ) as pool:
        yield msgspec.structs.replace(accounts, pool=pool)


async def mailed_token(accounts: Accounts, email: str = EMAIL, now: datetime = NOW) -> str:
    """Forget the password, and read the mail."""
    await forgot_password(accounts, ForgotPassword(email), at(now))
    return token_in(await arrived(accounts.pool, MAIL_KEY, now), "password_reset")


async def refused(accounts: Accounts, token: str, now: datetime = NOW) -> set[str]:
    """Have a token refused; gives the fields at fault."""
    with pytest.raises(Invalid) as refusal:
        await reset_password(accounts, ResetPassword(token, NEW_PASSWORD), at(now))
    assert str(refusal.value) == NOT_VALID
    return set(refusal.value.fields)


async def test_whoever_reads_the_mail_chooses_a_new_password(
    accounts: Accounts, amina: Player
) -> None:
    token = await mailed_token(accounts, f" {EMAIL.upper()}")
    await reset_password(accounts, ResetPassword(token, NEW_PASSWORD), CALL)
    with pytest.raises(Unauthenticated):
        await login(accounts, Login(EMAIL, PASSWORD), CALL)
    assert await login(accounts, Login(EMAIL, NEW_PASSWORD), CALL)
    assert await audited(accounts) == [
        "registered",
        "password_reset_requested",
        "password_reset",
        "login_failed",
        "login_succeeded",
    ]


async def test_a_reset_ends_every_session(accounts: Accounts, amina: Player) -> None:
    (phone, _), (tablet, _) = await signed_in(accounts), await signed_in(accounts)
    token = await mailed_token(accounts)
    await reset_password(accounts, ResetPassword(token, NEW_PASSWORD), CALL)
    assert not await session_is_live(accounts.pool, phone.session_id)
    assert not await session_is_live(accounts.pool, tablet.session_id)


async def test_a_reset_leaves_the_sessions_of_others(accounts: Accounts, amina: Player) -> None:
    await register(accounts, Register("stranger@example.com", PASSWORD), CALL)
    stranger, _ = await signed_in(accounts, "stranger@example.com")
    token = await mailed_token(accounts)
    await reset_password(accounts, ResetPassword(token, NEW_PASSWORD), CALL)
    assert await session_is_live(accounts.pool, stranger.session_id)


async def test_a_reset_proves_the_address(accounts: Accounts, amina: Player) -> None:
    token = await mailed_token(accounts)
    await reset_password(accounts, ResetPassword(token, NEW_PASSWORD), CALL)
    pair = await login(accounts, Login(EMAIL, NEW_PASSWORD), at(datetime.now(UTC)))
    principal = Verifier(accounts.keys).principal(pair.access)
    assert (await me(accounts, principal)).email_verified


async def test_a_known_and_an_unknown_address_are_asked_about_alike(
    counted: Accounts, amina: Player
) -> None:
    work = []
    for email, client in ((EMAIL, "192.0.2.8"), (UNKNOWN, "192.0.2.9")):
        Counting.asked = []
        before = await rows(counted)
        Counting.asked.clear()
        answer = await forgot_password(counted, ForgotPassword(email), at(NOW, client))
        asked = list(Counting.asked)
        after = await rows(counted)
        work.append((answer, asked, [b - a for a, b in zip(before, after, strict=True)]))
    assert work[0] == work[1]
    assert len(work[0][1]) > 5
    assert work[0][2] == [1, 1, 2]


async def rows(accounts: Accounts) -> list[int]:
    counts = []
    async with accounts.pool.connection() as connection:
        for table in ("mails", "security_events", "rate_counters"):
            cursor = await connection.execute(f"SELECT count(*) FROM accounts.{table}")  # noqa: S608
            counts.append((await cursor.fetchone() or (0,))[0])
    return counts


async def test_nobody_gets_mail_at_an_unknown_address(accounts: Accounts, amina: Player) -> None:
    await arrived(accounts.pool, MAIL_KEY, NOW)
    await forgot_password(accounts, ForgotPassword(UNKNOWN), CALL)
    assert await arrived(accounts.pool, MAIL_KEY, NOW) == []


async def test_what_is_no_address_is_refused(accounts: Accounts) -> None:
    with pytest.raises(Invalid) as refusal:
        await forgot_password(accounts, ForgotPassword("amina\r\nBcc: all@example.com"), CALL)
    assert set(refusal.value.fields) == {"email"}


async def test_used_replaced_old_and_unknown_tokens_are_refused_alike(
    accounts: Accounts, amina: Player
) -> None:
    used = await mailed_token(accounts)
    await reset_password(accounts, ResetPassword(used, NEW_PASSWORD), CALL)
    replaced, newest = await mailed_token(accounts), await mailed_token(accounts)
    refusals = [
        await refused(accounts, used),
        await refused(accounts, replaced),
        await refused(accounts, newest, NOW + timedelta(hours=1)),
        await refused(accounts, "unknown"),
        await refused(accounts, "\0\ud800"),
        await refused(accounts, ""),
    ]
    assert refusals == [{"token"}] * len(refusals)


async def test_a_token_holds_an_hour_from_its_sending(accounts: Accounts, amina: Player) -> None:
    token = await mailed_token(accounts)
    in_time = at(NOW + timedelta(minutes=59, seconds=59))
    await reset_password(accounts, ResetPassword(token, NEW_PASSWORD), in_time)


async def test_a_token_that_was_not_sent_yet_opens_nothing(
    accounts: Accounts, amina: Player
) -> None:
    await forgot_password(accounts, ForgotPassword(EMAIL), CALL)
    async with accounts.pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT token_expires_at FROM accounts.mails WHERE kind = 'password_reset'"
        )
        assert await cursor.fetchone() == (None,)


async def test_of_two_who_use_one_token_at_once_one_does(accounts: Accounts, amina: Player) -> None:
    token = await mailed_token(accounts)
    answers = await asyncio.gather(
        *(
            reset_password(accounts, ResetPassword(token, f"{NEW_PASSWORD} {n}"), CALL)
            for n in range(4)
        ),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Invalid"] * 3 + ["NoneType"]


async def test_many_who_ask_at_once_leave_one_token(accounts: Accounts, amina: Player) -> None:
    await asyncio.gather(
        *(
            forgot_password(accounts, ForgotPassword(EMAIL), at(NOW, f"192.0.2.{n}"))
            for n in range(5)
        )
    )
    mails = await arrived(accounts.pool, MAIL_KEY, NOW)
    assert [mail.kind for mail in mails].count("password_reset") == 1


async def test_a_password_that_is_not_taken_leaves_the_token(
    accounts: Accounts, amina: Player
) -> None:
    token = await mailed_token(accounts)
    for new in ("short", "password", EMAIL):
        with pytest.raises(Invalid) as refusal:
            await reset_password(accounts, ResetPassword(token, new), CALL)
        assert set(refusal.value.fields) == {"password"}
    await reset_password(accounts, ResetPassword(token, NEW_PASSWORD), CALL)


async def test_a_token_of_another_kind_opens_nothing(accounts: Accounts, amina: Player) -> None:
    token = token_in(await arrived(accounts.pool, MAIL_KEY, NOW), "verification")
    assert await refused(accounts, token) == {"token"}


async def test_a_changed_password_makes_the_link_worthless(
    accounts: Accounts, amina: Player
) -> None:
    token = await mailed_token(accounts)
    phone, _ = await signed_in(accounts)
    await change_password(accounts, phone, ChangePassword(PASSWORD, NEW_PASSWORD), CALL)
    assert await refused(accounts, token) == {"token"}


async def test_a_session_is_not_begun_with_a_password_reset_meanwhile(
    accounts: Accounts, amina: Player
) -> None:
    token = await mailed_token(accounts)
    async with accounts.pool.connection() as connection:
        checked = await players.find(connection, amina.id)
    assert checked is not None
    later = at(NOW + timedelta(minutes=2))
    await reset_password(accounts, ResetPassword(token, NEW_PASSWORD), later)
    async with accounts.pool.connection() as connection:
        assert not await players.keep_password(connection, checked)


async def test_an_address_gets_five_mails_an_hour_whoever_asks(
    accounts: Accounts, amina: Player
) -> None:
    for email in (EMAIL, UNKNOWN):
        for n in range(5):
            await forgot_password(accounts, ForgotPassword(email), at(NOW, f"192.0.2.{n}"))
        with pytest.raises(TooManyRequests):
            await forgot_password(accounts, ForgotPassword(email), at(NOW, "192.0.2.9"))
    assert (await audited(accounts)).count("denied") == 2


async def test_a_client_forgets_ten_passwords_an_hour(accounts: Accounts) -> None:
    for n in range(10):
        await forgot_password(accounts, ForgotPassword(f"amina{n}@example.com"), CALL)
    with pytest.raises(TooManyRequests):
        await forgot_password(accounts, ForgotPassword("amina10@example.com"), CALL)


async def test_a_client_tries_twenty_tokens_a_minute_and_none_is_hashed(
    accounts: Accounts, amina: Player
) -> None:
    token = await mailed_token(accounts)
    for _ in range(20):
        assert await refused(accounts, "guess") == {"token"}
    busy = Credentials(CHEAP, at_once=1, patience=timedelta(0))
    await busy._places.acquire()
    tired = msgspec.structs.replace(accounts, credentials=busy)
    with pytest.raises(TooManyRequests):
        await reset_password(tired, ResetPassword(token, NEW_PASSWORD), CALL)
    with pytest.raises(Unavailable):
        await reset_password(tired, ResetPassword(token, NEW_PASSWORD), at(NOW, "192.0.2.8"))
