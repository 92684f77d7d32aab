"""The name that a player shows to others."""

from uuid import UUID

import msgspec
import pytest

from command_api.accounts.answers import Player
from command_api.accounts.commands import ChangeProfile
from command_api.accounts.display_names import display_name_fault
from command_api.accounts.own_account import change_profile, me
from command_api.accounts.use_cases import Accounts
from events.identity import Principal
from events.refusals import Invalid, Unauthenticated

FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"  # one sign to look at, joined by what is not seen


@pytest.mark.parametrize(
    "name", ["A", "Amina Z.", "أمينة", "\N{SOCCER BALL}", FAMILY, "null", "x" * 40, " Amina "]
)
def test_any_characters_make_a_name(name: str) -> None:
    assert display_name_fault(name) is None


def test_nobody_needs_a_name() -> None:
    assert display_name_fault(None) is None


@pytest.mark.parametrize(
    "name",
    [
        "", "   ", "\u200b", "\u0301", "x" * 41, "a\nb", "a\0b", "a\x1bb", "a\x7fb", "a\x85b",
        "a\u2028b", "a\ud800b", "\u202eanimA", "a\u2066b",
    ],
    ids=ascii,
)  # fmt: skip
def test_what_cannot_be_shown_is_no_name(name: str) -> None:
    fault = display_name_fault(name)
    assert fault is not None
    assert fault.endswith(".")


@pytest.mark.anyio
async def test_a_name_is_shown_until_it_is_replaced_or_taken_away(
    accounts: Accounts, amina: Player
) -> None:
    principal = Principal(amina.id, amina.id)
    assert amina.display_name is None
    for name in ("Amina", " أمينة ", None):
        changed = await change_profile(accounts, principal, ChangeProfile(name))
        assert changed == msgspec.structs.replace(amina, display_name=name)
        assert await me(accounts, principal) == changed


@pytest.mark.anyio
async def test_what_is_no_name_changes_nothing(accounts: Accounts, amina: Player) -> None:
    principal = Principal(amina.id, amina.id)
    await change_profile(accounts, principal, ChangeProfile("Amina"))
    with pytest.raises(Invalid) as refusal:
        await change_profile(accounts, principal, ChangeProfile("a\nb"))
    assert set(refusal.value.fields) == {"display_name"}
    assert (await me(accounts, principal)).display_name == "Amina"


@pytest.mark.anyio
async def test_who_is_gone_gets_no_name(accounts: Accounts, amina: Player) -> None:
    nobody = Principal(UUID(int=9), UUID(int=9))
    with pytest.raises(Unauthenticated):
        await change_profile(accounts, nobody, ChangeProfile("Amina"))
