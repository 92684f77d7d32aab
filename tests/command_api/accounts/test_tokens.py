"""Access tokens as the verifier takes them, and refresh tokens that follow from each other."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from command_api.accounts.tokens import (
    SigningKey,
    access_token,
    fingerprint,
    key_set,
    new_refresh_token,
    new_salt,
    public_ring,
    successor,
)
from events.identity import Principal, Verifier, VerifyingKey
from events.refusals import Unauthenticated

AMINA = Principal(UUID(int=7), UUID(int=8))
OLD = SigningKey("old", Ed25519PrivateKey.generate())
NEW = SigningKey("new", Ed25519PrivateKey.generate())


def test_the_verifier_knows_the_principal_again() -> None:
    token = access_token(NEW, AMINA, datetime.now(UTC))
    assert Verifier(public_ring([NEW])).principal(token) == AMINA


def test_a_token_of_a_replaced_key_is_still_taken() -> None:
    token = access_token(OLD, AMINA, datetime.now(UTC))
    assert Verifier(public_ring([NEW, OLD])).principal(token) == AMINA


def test_a_token_of_a_removed_key_is_refused() -> None:
    token = access_token(OLD, AMINA, datetime.now(UTC))
    with pytest.raises(Unauthenticated):
        Verifier(public_ring([NEW])).principal(token)


def test_a_key_does_not_speak_under_the_name_of_another() -> None:
    forged = access_token(SigningKey("new", OLD.private_key), AMINA, datetime.now(UTC))
    with pytest.raises(Unauthenticated):
        Verifier(public_ring([NEW, OLD])).principal(forged)


def test_a_key_is_used_with_its_own_algorithm_alone() -> None:
    token = access_token(NEW, AMINA, datetime.now(UTC))
    ring = {"new": VerifyingKey(NEW.private_key.public_key(), "ES256")}
    with pytest.raises(Unauthenticated):
        Verifier(ring).principal(token)


def test_a_token_lives_for_ten_minutes() -> None:
    token = access_token(NEW, AMINA, datetime.now(UTC) - timedelta(minutes=10, seconds=31))
    with pytest.raises(Unauthenticated, match="expired"):
        Verifier(public_ring([NEW])).principal(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 600


def test_a_token_that_was_taken_before_runs_out_all_the_same() -> None:
    now = datetime.now(UTC)
    token = access_token(NEW, AMINA, now)
    seconds = now.timestamp()
    verifier = Verifier(public_ring([NEW]), lambda: seconds)
    assert verifier.principal(token) == AMINA
    seconds += 600 + 29
    assert verifier.principal(token) == AMINA
    seconds += 1
    with pytest.raises(Unauthenticated, match="expired"):
        verifier.principal(token)


def test_a_token_that_was_taken_before_is_refused_without_its_key() -> None:
    token = access_token(OLD, AMINA, datetime.now(UTC))
    ring = public_ring([NEW, OLD])
    verifier = Verifier(ring)
    assert verifier.principal(token) == AMINA
    del ring["old"]
    with pytest.raises(Unauthenticated):
        verifier.principal(token)


def test_a_token_that_was_taken_before_is_refused_under_another_key() -> None:
    token = access_token(OLD, AMINA, datetime.now(UTC))
    ring = public_ring([OLD])
    verifier = Verifier(ring)
    assert verifier.principal(token) == AMINA
    ring["old"] = NEW.public()
    with pytest.raises(Unauthenticated):
        verifier.principal(token)


def test_a_token_that_was_taken_before_cannot_be_changed() -> None:
    token = access_token(NEW, AMINA, datetime.now(UTC))
    verifier = Verifier(public_ring([NEW]))
    assert verifier.principal(token) == AMINA
    other = access_token(NEW, Principal(UUID(int=9), UUID(int=8)), datetime.now(UTC))
    _, claims, _ = other.split(".")
    header, _, signature = token.split(".")
    with pytest.raises(Unauthenticated):
        verifier.principal(f"{header}.{claims}.{signature}")


def test_of_tokens_that_were_taken_only_so_many_are_kept() -> None:
    now = datetime.now(UTC)
    verifier = Verifier(public_ring([NEW]), most_verified=3)
    tokens = [access_token(NEW, AMINA, now) for _ in range(4)]
    for token in tokens:
        assert verifier.principal(token) == AMINA
    assert len(verifier) == 3
    assert verifier.principal(tokens[0]) == AMINA


def test_no_two_tokens_have_the_same_name() -> None:
    now = datetime.now(UTC)
    assert access_token(NEW, AMINA, now) != access_token(NEW, AMINA, now)


def test_a_stranger_can_verify_with_the_published_keys() -> None:
    published = jwt.PyJWKSet.from_dict(key_set(public_ring([NEW, OLD])))
    token = access_token(OLD, AMINA, datetime.now(UTC))
    claims = jwt.decode(
        token, published["old"], algorithms=["EdDSA"], audience="efootball-match-tracker"
    )
    assert claims["sub"] == str(AMINA.user_id)


def test_the_published_keys_hold_no_private_part() -> None:
    assert all("d" not in key for key in key_set(public_ring([NEW]))["keys"])


def test_parent_and_salt_give_the_same_successor_again() -> None:
    parent, salt = new_refresh_token(), new_salt()
    assert successor(parent, salt) == successor(parent, salt)
    assert successor(parent, new_salt()) != successor(parent, salt)
    assert successor(new_refresh_token(), salt) != successor(parent, salt)


def test_a_successor_is_as_long_a_secret_as_the_first() -> None:
    assert len(successor(new_refresh_token(), new_salt())) == len(new_refresh_token()) == 43


def test_a_fingerprint_does_not_show_the_token() -> None:
    token = new_refresh_token()
    assert len(fingerprint(token)) == 32
    assert token.encode() not in fingerprint(token)
    assert fingerprint("\ud800") != fingerprint(token)
