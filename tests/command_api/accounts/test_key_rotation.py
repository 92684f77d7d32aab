"""Which key signs and which verify, as time goes by."""

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from command_api.accounts.key_rotation import over_at, signing, verifying
from command_api.accounts.tokens import SigningKey
from events.identity import LEEWAY
from events.revocations import ACCESS_TOKEN_LIFE

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PRIVATE = Ed25519PrivateKey.generate()
seconds = st.integers(0, 7200)
rings = st.lists(seconds, min_size=1, max_size=6, unique=True)


def key(second: int) -> SigningKey:
    return SigningKey(f"key {second}", PRIVATE, at(second))


def at(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def test_a_new_key_verifies_before_it_signs() -> None:
    keys = [key(0), key(600)]
    assert signing(keys, at(599)) == key(0)
    assert verifying(keys, at(1)) == keys
    assert signing(keys, at(600)) == key(600)


def test_an_only_key_signs_even_where_the_clock_is_behind() -> None:
    assert signing([key(600)], NOON) == key(600)


def test_of_keys_that_all_are_to_come_the_first_signs() -> None:
    assert signing([key(600), key(300)], NOON) == key(300)


def test_a_replaced_key_verifies_until_its_last_token_has_run_out() -> None:
    keys = [key(0), key(600)]
    last_token_expires = at(600) + ACCESS_TOKEN_LIFE + LEEWAY
    end = over_at(key(0), keys)
    assert end is not None
    assert last_token_expires < end <= last_token_expires + timedelta(minutes=1)
    assert verifying(keys, end - timedelta(seconds=1)) == keys
    assert verifying(keys, end) == [key(600)]


def test_a_key_without_a_successor_is_never_over() -> None:
    assert over_at(key(600), [key(0), key(600)]) is None
    assert verifying([key(0)], NOON + timedelta(days=3650)) == [key(0)]


@given(rings, seconds, st.integers(0, 630))
def test_a_token_is_verified_for_all_its_life(ring: list[int], issued: int, age: int) -> None:
    keys = [key(second) for second in ring]
    assert signing(keys, at(issued)) in verifying(keys, at(issued + age))


@given(rings, seconds, seconds, st.integers(0, 60))
def test_a_clock_that_is_a_minute_behind_signs_nothing_that_is_refused(
    ring: list[int], now: int, age: int, behind: int
) -> None:
    keys = [key(second) for second in ring]
    signed_by = signing(keys, at(now - behind))
    assert signed_by in verifying(keys, at(now + min(age, 600)))
