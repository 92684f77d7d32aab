"""Mails as files."""

import os
import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from command_api.mails.carrying import Away
from deploy.mail_folder import FolderOfMails
from tests.command_api.mails.test_letters import LETTER

pytestmark = pytest.mark.anyio

NAME = "20260301T120000.000000Z-verification-00000000-0000-0000-0000-000000000007.eml"


async def test_a_letter_is_a_file_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "mail"
    delivery = await FolderOfMails(folder).open()
    await delivery.hand_over(LETTER)
    [file] = folder.iterdir()
    assert (file.name, file.read_bytes()) == (NAME, LETTER.message().as_bytes())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_handed_over_twice_it_is_there_once(tmp_path: Path) -> None:
    delivery = await FolderOfMails(tmp_path).open()
    (tmp_path / NAME).with_suffix(".unfinished").write_text("as a crash may leave it")
    await delivery.hand_over(LETTER)
    await delivery.hand_over(LETTER)
    assert os.listdir(tmp_path) == [NAME]  # noqa: PTH208


async def test_a_folder_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Away, match="cannot be written"):
        await FolderOfMails(tmp_path / "file").open()
    delivery = await FolderOfMails(tmp_path / "mail").open()
    (tmp_path / "mail").rmdir()
    with pytest.raises(Away, match="No such file"):
        await delivery.hand_over(replace(LETTER, kind="other"))
