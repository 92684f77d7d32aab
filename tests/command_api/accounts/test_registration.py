"""Making an account."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from command_api.accounts.answers import Player
from command_api.accounts.commands import Register
from command_api.accounts.credentials import Credentials
from command_api.accounts.limits import AccountLimits
from command_api.accounts.use_cases import Accounts, register
from events.refusals import Conflict, Invalid, TooManyRequests, Unavailable
from tests.command_api.accounts.conftest import CALL, CHEAP, EMAIL, NOW, PASSWORD, at, audited

pytestmark = pytest.mark.anyio


async def test_an_account_shows_its_address_as_typed(accounts: Accounts) -> None:
    player = await register(accounts, Register(f"  {EMAIL} ", PASSWORD), CALL)
    assert (player.email, player.created_at) == (EMAIL, NOW)
    shown = {"id", "email", "created_at", "display_name", "email_verified"}
    assert set(msgspec.to_builtins(player)) == shown
    assert await audited(accounts) == ["registered"]


async def test_a_password_is_stored_as_its_hash_only(accounts: Accounts, amina: Player) -> None:
    async with accounts.pool.connection() as connection:
        cursor = await connection.execute("SELECT players::text FROM accounts.players")
        ((row,),) = await cursor.fetchall()
    assert "$argon2id$" in row
    assert PASSWORD not in row


@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), f"\t{EMAIL.lower()} "])
async def test_a_known_address_is_refused_however_it_is_spelt(
    accounts: Accounts, amina: Player, email: str
) -> None:
    with pytest.raises(Conflict, match="already an account"):
        await register(accounts, Register(email, PASSWORD), CALL)
    assert await audited(accounts) == ["registered", "registration_refused"]


async def test_a_known_address_costs_a_hash_too(accounts: Accounts, amina: Player) -> None:
    busy = Credentials(CHEAP, at_once=1, patience=timedelta(0))
    await busy._places.acquire()
    with pytest.raises(Unavailable):
        await register(
            msgspec.structs.replace(accounts, credentials=busy), Register(EMAIL, PASSWORD), CALL
        )


async def test_two_at_once_make_exactly_one_account(accounts: Accounts) -> None:
    answers = await asyncio.gather(
        *(register(accounts, Register(EMAIL, PASSWORD), CALL) for _ in range(8)),
        return_exceptions=True,
    )
    kinds = sorted(type(answer).__name__ for answer in answers)
    assert kinds == ["Conflict"] * 7 + ["Player"]


async def test_every_field_at_fault_is_named(accounts: Accounts) -> None:
    with pytest.raises(Invalid) as refusal:
        await register(accounts, Register("amina", "short"), CALL)
    assert set(refusal.value.fields) == {"email", "password"}
    assert "at least 8 characters" in str(refusal.value)


async def test_an_eleventh_account_within_an_hour_is_refused(accounts: Accounts) -> None:
    for n in range(10):
        await register(accounts, Register(f"amina{n}@example.com", PASSWORD), CALL)
    with pytest.raises(TooManyRequests):
        await register(accounts, Register("amina10@example.com", PASSWORD), CALL)
    later = at(NOW + timedelta(hours=1))
    assert await register(accounts, Register("amina10@example.com", PASSWORD), later)


async def test_what_is_refused_as_invalid_is_not_counted(accounts: Accounts) -> None:
    for _ in range(11):
        with pytest.raises(Invalid):
            await register(accounts, Register(EMAIL, "short"), CALL)
    assert await register(accounts, Register(EMAIL, PASSWORD), CALL)


async def test_limits_can_be_off(accounts: Accounts) -> None:
    free = msgspec.structs.replace(accounts, limits=AccountLimits(enabled=False))
    for n in range(12):
        await register(free, Register(f"amina{n}@example.com", PASSWORD), CALL)
