"""The ring of a running process: it takes up new keys, and no stranger makes it read at will."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from command_api.accounts.key_ring import KeyRing, KeysUnreadable
from command_api.accounts.tokens import SigningKey, access_token
from events.identity import Principal, Verifier
from events.refusals import Unauthenticated

AMINA = Principal(UUID(int=7), UUID(int=8))
NOW = datetime.now(UTC)
OLD = SigningKey("old", Ed25519PrivateKey.generate(), NOW - timedelta(hours=1))
NEW = SigningKey("new", Ed25519PrivateKey.generate(), NOW - timedelta(minutes=1))
COMING = SigningKey("coming", Ed25519PrivateKey.generate(), NOW + timedelta(hours=1))


class Folder:
    """Keys that come and go, and how often they were read; and the time that passes meanwhile."""

    def __init__(self, *keys: SigningKey) -> None:
        self.keys = list(keys)
        self.times_read = 0
        self.seconds = 1000.0

    def read(self) -> Sequence[SigningKey]:
        self.times_read += 1
        if not self.keys:
            raise KeysUnreadable("There are no keys.")
        return list(self.keys)

    def ring(self) -> KeyRing:
        return KeyRing(self.read, lambda: self.seconds)


def test_a_token_of_a_key_that_just_came_is_taken() -> None:
    folder = Folder(OLD)
    ring = folder.ring()
    folder.keys.append(NEW)
    folder.seconds += 1
    assert Verifier(ring).principal(access_token(NEW, AMINA, NOW)) == AMINA
    assert ring.signing(NOW) == NEW


def test_a_key_that_came_signs_after_a_look() -> None:
    folder = Folder(OLD)
    ring = folder.ring()
    folder.keys.append(NEW)
    assert ring.signing(NOW) == OLD
    ring.look()
    assert ring.signing(NOW) == NEW


def test_names_made_up_by_strangers_make_it_read_once_a_second() -> None:
    folder = Folder(OLD)
    ring = folder.ring()
    for n in range(1000):
        assert ring.get(f"made up {n}") is None
    assert folder.times_read == 1
    folder.seconds += 1
    for n in range(1000):
        assert ring.get(f"made up {n}") is None
    assert folder.times_read == 2


def test_known_names_make_it_read_nothing() -> None:
    folder = Folder(OLD, NEW)
    ring = folder.ring()
    folder.seconds += 100
    token = access_token(OLD, AMINA, NOW)
    for _ in range(10):
        Verifier(ring).principal(token)
    assert folder.times_read == 1


def test_the_key_of_a_removed_file_verifies_no_more() -> None:
    folder = Folder(OLD, NEW)
    ring = folder.ring()
    folder.keys.remove(OLD)
    ring.look()
    with pytest.raises(Unauthenticated):
        Verifier(ring).principal(access_token(OLD, AMINA, NOW))


def test_a_key_that_is_over_verifies_no_more_though_its_file_is_there() -> None:
    over = SigningKey("over", OLD.private_key, NOW - timedelta(hours=2))
    folder = Folder(over, OLD)
    with pytest.raises(Unauthenticated):
        Verifier(folder.ring()).principal(access_token(over, AMINA, NOW))
    assert set(folder.ring().public(NOW)) == {"old"}


def test_a_key_that_will_sign_is_public_already() -> None:
    ring = Folder(OLD, COMING).ring()
    assert set(ring.public(NOW)) == {"old", "coming"}
    assert ring.signing(NOW) == OLD


def test_keys_that_cannot_be_read_leave_the_known_ones(caplog: pytest.LogCaptureFixture) -> None:
    folder = Folder(OLD)
    ring = folder.ring()
    folder.keys.clear()
    for _ in range(5):
        ring.look()
    assert Verifier(ring).principal(access_token(ring.signing(NOW), AMINA, NOW)) == AMINA
    assert len(caplog.records) == 1  # said once, not every two seconds


def test_keys_that_cannot_be_read_in_the_beginning_stop_the_start() -> None:
    with pytest.raises(KeysUnreadable):
        Folder().ring()
