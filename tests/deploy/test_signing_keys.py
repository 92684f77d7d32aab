"""The ring of signing keys in its folder."""

import stat
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from command_api.accounts.key_ring import KeysUnreadable
from command_api.accounts.tokens import access_token, public_ring
from deploy.signing_keys import NotASigningKey, create, load, load_or_create, remove
from events.identity import Principal, Verifier

NOON = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)


def kids(folder: Path) -> list[str]:
    return [key.kid for key in load_or_create(folder)]


def test_the_first_start_makes_a_key_and_the_next_one_finds_it(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "keys"
    (key,) = load_or_create(folder)
    principal = Principal(UUID(int=7), UUID(int=8))
    token = access_token(key, principal, datetime.now(UTC))
    assert Verifier(public_ring(load_or_create(folder))).principal(token) == principal


def test_nobody_else_may_read_a_key(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    load_or_create(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.glob("*.pem")} == {0o600}


def test_processes_that_start_at_once_get_the_same_ring(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as processes:
        rings = list(processes.map(kids, [folder] * 8))
    assert len(rings[0]) == 1
    assert rings == [rings[0]] * 8


def test_the_last_to_sign_comes_first(tmp_path: Path) -> None:
    (first,) = kids(tmp_path)
    now = datetime.now(UTC)
    second = create(tmp_path, now + timedelta(minutes=10))
    third = create(tmp_path, now + timedelta(minutes=20))
    assert kids(tmp_path) == [third, second, first]


def test_a_key_says_from_when_it_signs(tmp_path: Path) -> None:
    load_or_create(tmp_path)
    create(tmp_path, NOON)
    assert NOON in {key.signs_from for key in load(tmp_path)}


def test_a_removed_key_is_gone_and_may_be_removed_again(tmp_path: Path) -> None:
    (first,) = kids(tmp_path)
    second = create(tmp_path, NOON)
    for _ in range(2):
        remove(tmp_path, second)
    assert kids(tmp_path) == [first]


def test_only_the_first_start_makes_a_key(tmp_path: Path) -> None:
    with pytest.raises(KeysUnreadable, match="no keys"):
        load(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_start_left_behind_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "20260101T000000000000-00000000.unfinished").write_bytes(b"-----BEGIN")
    assert len(load_or_create(tmp_path)) == 1


def test_a_file_that_is_no_signing_key_stops_the_start(tmp_path: Path) -> None:
    load_or_create(tmp_path)
    other = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for content in (b"nonsense", other):
        (tmp_path / "20260101T000000000000-broken.pem").write_bytes(content)
        with pytest.raises(NotASigningKey, match=r"broken\.pem"):
            load_or_create(tmp_path)


def test_a_key_whose_name_says_no_time_stops_the_start(tmp_path: Path) -> None:
    (key,) = kids(tmp_path)
    (tmp_path / f"{key}.pem").rename(tmp_path / "mine.pem")
    with pytest.raises(NotASigningKey, match=r"mine\.pem"):
        load(tmp_path)
