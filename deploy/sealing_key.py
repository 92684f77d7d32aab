"""The system's own key, under which the keys of all players are kept: a setting, or a file."""

import base64
import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

import psycopg
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from deploy.setting_forms import BadSetting
from deploy.settings import PREFIX, Settings
from events.owner_keys import KEY_BYTES, OwnerKeys, WrongMasterKey, refuse_other_master_key

FILE: Final = "sealing.key"


def open_owner_keys(settings: Settings) -> OwnerKeys:
    """The keys of players in the database of `settings`; close them in the end.

    Raises `BadSetting` when the names in the log were sealed under another key.
    """
    master_key = sealing_key(settings)
    try:
        with psycopg.connect(settings.database, connect_timeout=5) as conn:
            refuse_other_master_key(conn, master_key)
    except WrongMasterKey as wrong:
        raise BadSetting(str(wrong)) from None
    return OwnerKeys(settings.database, master_key)


def sealing_key(settings: Settings) -> bytes:
    """The key of the settings, or that of the folder of keys, where it is made if there is none.

    Processes that start at once all get the same one. Raises `BadSetting`.
    """
    if settings.sealing_key:
        return base64.b64decode(settings.sealing_key)
    path = settings.keys / FILE
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise BadSetting(f"{path.name} in the folder of {PREFIX}KEYS must hold {KEY_BYTES} bytes.")
    return key


def derived_key(settings: Settings, purpose: str) -> bytes:
    """A key for one purpose alone, made of the system's own: the same in every process."""
    derivation = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode())
    return derivation.derive(sealing_key(settings))


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.unfinished")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first
            path.hardlink_to(unfinished)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
