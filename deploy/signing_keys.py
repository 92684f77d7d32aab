"""The keys that sign access tokens: files in a folder that nobody else may enter.

To rotate, add a key with `create` and start every process again, the verifying ones first; a key
may be removed when the last token it signed has expired.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from command_api.accounts.tokens import SigningKey

SUFFIX: Final = ".pem"


class NotASigningKey(Exception):
    """A file among the signing keys is not an Ed25519 private key."""


def load_or_create(folder: Path) -> list[SigningKey]:
    """All keys in `folder`, the newest, which signs, first; makes the first one when there is none.

    Processes that start at once on an empty folder all get the same key. Raises `NotASigningKey`.
    """
    _make(folder)
    with _locked(folder):
        names = sorted(folder.glob(f"*{SUFFIX}"), reverse=True)
        if not names:
            names = [_write_new(folder)]
    return [SigningKey(path.stem, _read(path)) for path in names]


def create(folder: Path) -> None:
    """Add a key, which signs from the next `load_or_create` on."""
    _make(folder)
    with _locked(folder):
        _write_new(folder)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    # The kernel lets go of the lock when its holder dies, whatever it was doing.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_new(folder: Path) -> Path:
    # Names begin with the time, so that the newest sorts last; the rest makes them unique.
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}{SUFFIX}"
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


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        raise NotASigningKey(f"{path.name} cannot be read.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NotASigningKey(f"{path.name} is a key of another kind.")
    return key
