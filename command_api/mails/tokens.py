"""The secret in a mail: made from the mail's id and a key, so that it need not be stored."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final
from uuid import UUID

KEY_BYTES: Final = 32


def token_of(key: bytes, kind: str, mail_id: UUID) -> str:
    """The token of a mail: 256 bits, which say nothing without `key`."""
    secret = hmac.digest(key, f"{kind}\0{mail_id}".encode(), "sha256")
    return urlsafe_b64encode(secret).rstrip(b"=").decode()


def fingerprint(token: str) -> bytes:
    """The form in which a token is stored."""
    return sha256(token.encode(errors="surrogatepass")).digest()
