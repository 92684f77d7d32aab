"""Proving that mail to an address arrives."""

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest

from command_api.accounts.answers import Player
from command_api.accounts.commands import Login, Register, Verify
from command_api.accounts.forgotten_passwords import NOT_VALID
from command_api.accounts.own_account import me
from command_api.accounts.unverified import UNVERIFIED
from command_api.accounts.use_cases import Accounts, login, register
from command_api.accounts.verification import (
    ON_ITS_WAY,
    VERIFIED_ALREADY,
    request_verification,
    verify,
)
from events.refusals import Conflict, Forbidden, Invalid, TooManyRequests, Unauthenticated
from tests.command_api.accounts.conftest import CALL, EMAIL, MAIL_KEY, NOW, PASSWORD, at, audited
from tests.command_api.accounts.test_sessions import signed_in
from tests.command_api.mails.post import Arrived, arrived, token_in

pytestmark = pytest.mark.anyio


@pytest.fixture
def strict(accounts: Accounts) -> Accounts:
    """Where only verified addresses may sign in."""
    return msgspec.structs.replace(accounts, require_verified=True)


async def mailed_token(accounts: Accounts, now: datetime = NOW) -> str:
    return token_in(await arrived(accounts.pool, MAIL_KEY, now), "verification")


async def refused(accounts: Accounts, token: str, now: datetime = NOW) -> bool:
    with pytest.raises(Invalid) as refusal:
        await verify(accounts, Verify(token), at(now))
    return (str(refusal.value), set(refusal.value.fields)) == (NOT_VALID, {"token"})


async def test_a_new_account_gets_a_mail_and_is_verified_by_its_token(
    accounts: Accounts, amina: Player
) -> None:
    assert not amina.email_verified
    [mail] = await arrived(accounts.pool, MAIL_KEY, NOW)
    assert mail.email == EMAIL
    await verify(accounts, Verify(mail.token), CALL)
    principal, _ = await signed_in(accounts)
    assert (await me(accounts, principal)).email_verified
    assert (await audited(accounts))[:2] == ["registered", "verified"]


async def test_a_refused_registration_sends_no_mail(accounts: Accounts, amina: Player) -> None:
    await arrived(accounts.pool, MAIL_KEY, NOW)
    with pytest.raises(Conflict):
        await register(accounts, Register(EMAIL, PASSWORD), CALL)
    assert await arrived(accounts.pool, MAIL_KEY, NOW) == []


async def test_used_replaced_old_and_unknown_tokens_are_refused_alike(
    accounts: Accounts, amina: Player
) -> None:
    principal, _ = await signed_in(accounts)
    replaced = await mailed_token(accounts)
    await request_verification(accounts, principal, CALL)
    newest = await mailed_token(accounts)
    assert await refused(accounts, replaced)
    assert await refused(accounts, newest, NOW + timedelta(hours=48))
    assert await refused(accounts, "unknown")
    await verify(accounts, Verify(newest), at(NOW + timedelta(hours=47)))
    assert await refused(accounts, newest)


async def test_a_token_is_used_once_by_however_many(accounts: Accounts, amina: Player) -> None:
    token = await mailed_token(accounts)
    answers = await asyncio.gather(
        *(verify(accounts, Verify(token), CALL) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Invalid"] * 3 + ["NoneType"]


async def test_the_mail_is_sent_again_until_it_did_its_work(
    accounts: Accounts, amina: Player
) -> None:
    principal, _ = await signed_in(accounts)
    assert (await request_verification(accounts, principal, CALL)).detail == ON_ITS_WAY
    await verify(accounts, Verify(await mailed_token(accounts)), CALL)
    assert (await request_verification(accounts, principal, CALL)).detail == VERIFIED_ALREADY
    assert await arrived(accounts.pool, MAIL_KEY, NOW) == []
    assert (await audited(accounts)).count("verification_requested") == 1


async def test_a_player_asks_for_five_mails_an_hour(accounts: Accounts, amina: Player) -> None:
    principal, _ = await signed_in(accounts)
    for _ in range(5):
        await request_verification(accounts, principal, CALL)
    with pytest.raises(TooManyRequests):
        await request_verification(accounts, principal, CALL)


async def test_an_unverified_account_works_unless_a_setting_says_otherwise(
    accounts: Accounts, strict: Accounts, amina: Player
) -> None:
    assert await login(accounts, Login(EMAIL, PASSWORD), CALL)
    with pytest.raises(Forbidden) as refusal:
        await login(strict, Login(EMAIL, PASSWORD), CALL)
    assert str(refusal.value) == UNVERIFIED
    await verify(strict, Verify(await mailed_token(strict)), CALL)
    assert await login(strict, Login(EMAIL, PASSWORD), CALL)


async def test_who_does_not_know_the_password_does_not_learn_of_the_setting(
    strict: Accounts, amina: Player
) -> None:
    with pytest.raises(Unauthenticated):
        await login(strict, Login(EMAIL, "guess"), CALL)


async def test_who_cannot_sign_in_any_more_for_want_of_a_mail_gets_one(
    strict: Accounts, amina: Player
) -> None:
    first = await mailed_token(strict)
    soon, late = NOW + timedelta(hours=1), NOW + timedelta(hours=49)
    assert await mails_after_two_logins(strict, soon) == []
    [mail] = await mails_after_two_logins(strict, late)
    assert await refused(strict, first, late)
    await verify(strict, Verify(mail.token), at(late))
    assert await login(strict, Login(EMAIL, PASSWORD), at(late))


async def mails_after_two_logins(strict: Accounts, now: datetime) -> list[Arrived]:
    for _ in range(2):
        with pytest.raises(Forbidden):
            await login(strict, Login(EMAIL, PASSWORD), at(now))
    return await arrived(strict.pool, MAIL_KEY, now)
