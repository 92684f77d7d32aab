"""``keys ...``: what an operator types, and what comes of it."""

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from command_api.accounts.key_rotation import KNOWN_BEFORE_SIGNING, signing, verifying
from deploy.__main__ import main
from deploy.key_commands import list_keys, retire, rotate, run
from deploy.settings import Settings
from deploy.signing_keys import create, load

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Output = pytest.CaptureFixture[str]


def kids(folder: Path) -> list[str]:
    return [key.kid for key in load(folder)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one key, which has signed for a day."""
    create(tmp_path, NOW - timedelta(days=1))
    return tmp_path


def test_a_rotation_brings_a_key_that_signs_later(folder: Path) -> None:
    assert rotate(folder, NOW, KNOWN_BEFORE_SIGNING) == 0
    new, old = keys = load(folder)
    assert verifying(keys, NOW) == keys
    assert signing(keys, NOW) is old
    assert signing(keys, NOW + KNOWN_BEFORE_SIGNING) is new


def test_a_rotation_removes_what_is_over(folder: Path) -> None:
    (old,) = kids(folder)
    rotate(folder, NOW, KNOWN_BEFORE_SIGNING)
    rotate(folder, NOW + timedelta(minutes=21), KNOWN_BEFORE_SIGNING)
    assert old in kids(folder)
    rotate(folder, NOW + timedelta(minutes=22), KNOWN_BEFORE_SIGNING)
    assert old not in kids(folder)


def test_a_key_does_not_come_in_before_one_that_waits(folder: Path) -> None:
    rotate(folder, NOW, timedelta(hours=1))
    assert rotate(folder, NOW, timedelta(minutes=10)) == 1
    assert len(load(folder)) == 2


def test_the_key_that_signs_is_not_retired(folder: Path, capfd: Output) -> None:
    (old,) = load(folder)
    for at_once in (False, True):
        assert retire(folder, old.kid, NOW, at_once=at_once) == 1
    assert "Bring a new key in first" in capfd.readouterr().err
    rotate(folder, NOW, KNOWN_BEFORE_SIGNING)
    assert retire(folder, old.kid, NOW, at_once=False) == 1
    assert len(load(folder)) == 2


def test_a_key_is_retired_when_its_last_token_has_run_out(folder: Path, capfd: Output) -> None:
    (old,) = load(folder)
    rotate(folder, NOW, KNOWN_BEFORE_SIGNING)
    assert retire(folder, old.kid, NOW + timedelta(minutes=21), at_once=False) == 1
    assert "12:21:30 UTC. With --now" in capfd.readouterr().err
    assert retire(folder, old.kid, NOW + timedelta(minutes=22), at_once=False) == 0
    assert old.kid not in kids(folder)


def test_a_key_in_wrong_hands_is_retired_at_once(folder: Path) -> None:
    (old,) = load(folder)
    rotate(folder, NOW, timedelta(seconds=5))
    assert retire(folder, old.kid, NOW + timedelta(seconds=5), at_once=True) == 0
    assert len(load(folder)) == 1
    assert old.kid not in kids(folder)


def test_a_key_that_never_signed_may_go(folder: Path) -> None:
    rotate(folder, NOW, KNOWN_BEFORE_SIGNING)
    new, old = load(folder)
    assert retire(folder, new.kid, NOW, at_once=False) == 0
    assert kids(folder) == [old.kid]


def test_a_key_that_is_not_there_cannot_be_retired(folder: Path, capfd: Output) -> None:
    for kid in ("unknown", "../lock"):
        assert retire(folder, kid, NOW, at_once=True) == 1
    assert "There is no key unknown" in capfd.readouterr().err
    assert len(load(folder)) == 1


def test_the_list_says_what_each_key_does(folder: Path, capfd: Output) -> None:
    for minutes in (-120, -5, 60):
        create(folder, NOW + timedelta(minutes=minutes))
    assert list_keys(folder, NOW) == 0
    assert [line.split("  ")[1:] for line in capfd.readouterr().out.splitlines()] == [
        ["EdDSA", "verifies, signs from 2026-03-01 13:00:00 UTC"],
        ["EdDSA", "signs"],
        ["EdDSA", "verifies until 2026-03-01 12:06:30 UTC"],
        ["EdDSA", "is over, and removed by the next rotation"],
    ]


def test_where_no_keys_are_none_are_made(tmp_path: Path, capfd: Output) -> None:
    settings = Settings(keys=tmp_path / "keys")
    for action in ("list", "rotate", "retire"):
        assert run(settings, Namespace(action=action, signs_in=600, kid="x", now=False)) == 1
    assert "There are no keys" in capfd.readouterr().err
    assert not settings.keys.exists()


@pytest.mark.parametrize("seconds", ["0", "4", "-1", "86401", "soon"])
def test_a_key_does_not_sign_before_everybody_knows_it(seconds: str, capfd: Output) -> None:
    with pytest.raises(SystemExit):
        main(["keys", "rotate", "--signs-in", seconds])
    assert "--signs-in" in capfd.readouterr().err
