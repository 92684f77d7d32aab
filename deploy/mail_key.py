"""The key that the secrets in mails are made with, made itself from the system's own key."""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from command_api.mails.tokens import KEY_BYTES
from deploy.sealing_key import sealing_key
from deploy.settings import Settings

PURPOSE: Final = b"tokens in mails"


def mail_key(settings: Settings) -> bytes:
    """The key: it says nothing of the system's own, and every process makes the same.

    Raises `BadSetting`.
    """
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE).derive(sealing_key(settings))
