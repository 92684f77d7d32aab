"""The two tokens of a session: a signed one for ten minutes, a secret one to get the next pair."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from msgspec import Struct

from events.identity import ALGORITHM, AUDIENCE, ISSUER, TYPE, Principal, VerifyingKey
from events.revocations import ACCESS_TOKEN_LIFE

SECRET_BYTES: Final = 32
ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


class SigningKey(Struct, frozen=True):
    """A key that signs access tokens, and the name under which its public half is known.

    It verifies at once, and signs from `signs_from` on until a later one does.
    """

    kid: str
    private_key: Ed25519PrivateKey
    signs_from: datetime = ALWAYS
    algorithm: str = ALGORITHM

    def public(self) -> VerifyingKey:
        """The half that everybody may have."""
        return VerifyingKey(self.private_key.public_key(), self.algorithm)


def access_token(key: SigningKey, principal: Principal, now: datetime) -> str:
    """A JWT (RFC 9068) for `principal`, as `events.identity.Verifier` takes it."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(principal.user_id),
        "sid": str(principal.session_id),
        "jti": str(uuid4()),
        "iat": now,
        "exp": now + ACCESS_TOKEN_LIFE,
    }
    return jwt.encode(claims, key.private_key, key.algorithm, {"kid": key.kid, "typ": TYPE})


def public_ring(keys: Iterable[SigningKey]) -> dict[str, VerifyingKey]:
    """The public halves by `kid`: what a verifier needs."""
    return {key.kid: key.public() for key in keys}


def key_set(ring: Mapping[str, VerifyingKey]) -> dict[str, list[dict[str, Any]]]:
    """The public ring as a JSON Web Key Set (RFC 7517, RFC 8037)."""
    return {
        "keys": [
            {
                **OKPAlgorithm.to_jwk(known.key, as_dict=True),
                "kid": kid,
                "use": "sig",
                "alg": known.algorithm,
            }
            for kid, known in ring.items()
        ]
    }


def new_refresh_token() -> str:
    """A secret of 256 random bits."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_salt() -> bytes:
    """What makes the successor of a refresh token unlike any other."""
    return secrets.token_bytes(SECRET_BYTES)


def successor(parent: str, salt: bytes) -> str:
    """The refresh token after `parent`.

    Parent and salt together give the same one again, so that it need not be stored; either alone
    gives nothing away.
    """
    secret = hmac.digest(salt, parent.encode(errors="surrogatepass"), "sha256")
    return urlsafe_b64encode(secret).rstrip(b"=").decode()


def fingerprint(refresh_token: str) -> bytes:
    """The form in which a refresh token is stored. Its secret is random, so one hash is enough."""
    return sha256(refresh_token.encode(errors="surrogatepass")).digest()
