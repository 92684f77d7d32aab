"""The keys that sign access tokens: files in a folder that nobody else may enter.

The name of a key begins with the time from which it signs, so the folder alone says which key
signs and which only verify (see `command_api.accounts.key_rotation`).
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from command_api.accounts.key_ring import KeysUnreadable
from command_api.accounts.tokens import SigningKey

SUFFIX: Final = ".pem"
TIME: Final = "%Y%m%dT%H%M%S%f"  # UTC; names sort by it


class NotASigningKey(KeysUnreadable):
    """A file among the signing keys is not an Ed25519 private key."""


def load_or_create(folder: Path) -> list[SigningKey]:
    """All keys in `folder`, as `load` gives them; makes the first one when there is none.

    Processes that start at once on an empty folder all get the same key.
    """
    _make(folder)
    with _locked(folder):
        if not _files(folder):
            _write_new(folder, datetime.now(UTC))
    return load(folder)


def load(folder: Path) -> list[SigningKey]:
    """All keys in `folder`, the last to sign first; raises `KeysUnreadable`."""
    try:
        keys = [key for path in _files(folder) if (key := _read(path))]
    except OSError as error:
        raise KeysUnreadable(f"The folder {folder} cannot be read: {error.strerror}.") from None
    if not keys:
        raise KeysUnreadable(f"There are no keys in {folder}.")
    return keys


def create(folder: Path, signs_from: datetime) -> str:
    """Add a key that signs from `signs_from` on and verifies as soon as it is read; its name."""
    _make(folder)
    with _locked(folder):
        return _write_new(folder, signs_from).stem


def remove(folder: Path, kid: str) -> None:
    """Remove a key for good; tokens that it signed are not taken any more."""
    with _locked(folder):
        (folder / f"{kid}{SUFFIX}").unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"), reverse=True)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    # The kernel lets go of the lock when its holder dies, whatever it was doing.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_new(folder: Path, signs_from: datetime) -> Path:
    path = folder / f"{signs_from.astimezone(UTC):{TIME}}-{secrets.token_hex(4)}{SUFFIX}"
    unfinished = path.with_suffix(".unfinished")
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return unfinished.rename(path)


def _read(path: Path) -> SigningKey | None:
    """The key; `None` when it was removed just now."""
    try:
        signs_from = datetime.strptime(path.stem.partition("-")[0], TIME).replace(tzinfo=UTC)
    except ValueError:
        raise NotASigningKey(f"{path.name} has no name that begins with a time.") from None
    content = b""
    with suppress(FileNotFoundError):
        content = path.read_bytes()
    if not content:
        return None
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except ValueError:
        raise NotASigningKey(f"{path.name} cannot be read.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NotASigningKey(f"{path.name} is a key of another kind.")
    return SigningKey(path.stem, key, signs_from)
