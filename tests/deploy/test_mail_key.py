"""The key of mails."""

from pathlib import Path

from command_api.mails.tokens import KEY_BYTES
from deploy.mail_key import mail_key
from deploy.sealing_key import sealing_key
from deploy.settings import Settings


def test_every_process_makes_the_same_key_out_of_the_systems_own(tmp_path: Path) -> None:
    settings = Settings(keys=tmp_path)
    key = mail_key(settings)
    assert (len(key), mail_key(settings)) == (KEY_BYTES, key)
    assert key != sealing_key(settings)


def test_another_system_has_another_key(tmp_path: Path) -> None:
    assert mail_key(Settings(keys=tmp_path / "a")) != mail_key(Settings(keys=tmp_path / "b"))
