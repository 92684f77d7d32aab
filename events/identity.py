"""Who asks: an access token becomes a principal, with public keys alone."""

from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from events.refusals import Unauthenticated

ALGORITHM: Final = "EdDSA"
ISSUER: Final = "efootball-match-tracker"
AUDIENCE: Final = "efootball-match-tracker"
TYPE: Final = "at+jwt"  # RFC 9068
LEEWAY: Final = timedelta(seconds=30)
REQUIRED_CLAIMS: Final = ("iss", "aud", "sub", "sid", "jti", "iat", "exp")
EXPIRED: Final = "The access token has expired; ask for a new one with the refresh token."
NOT_VALID: Final = "The access token is not valid; sign in again."


class Principal(Struct, frozen=True):
    """The signed-in user, and the session that the token was given to."""

    user_id: UUID
    session_id: UUID


class VerifyingKey(Struct, frozen=True):
    """A public key, and the one algorithm that it is used with."""

    key: Ed25519PublicKey
    algorithm: str = ALGORITHM


class PublicRing(Protocol):
    """Public keys by name (`kid`); a dict is one."""

    def get(self, kid: str, /) -> VerifyingKey | None:
        """The key, if one of this name verifies now."""


class Verifier:
    """Checks access tokens (JWT) against the public key ring."""

    def __init__(self, keys: PublicRing) -> None:
        self._keys = keys

    def principal(self, token: str) -> Principal:
        """The principal of `token`; raises `Unauthenticated` with a sentence."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TYPE or "crit" in header:
                raise Unauthenticated(NOT_VALID)
            known = self._keys.get(header["kid"])
            if known is None:
                raise Unauthenticated(NOT_VALID)
            claims = jwt.decode(
                token,
                known.key,
                algorithms=[known.algorithm],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=LEEWAY,
                options={"require": list(REQUIRED_CLAIMS)},
            )
            return Principal(UUID(claims["sub"]), UUID(claims["sid"]))
        except jwt.ExpiredSignatureError:
            raise Unauthenticated(EXPIRED) from None
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError):
            raise Unauthenticated(NOT_VALID) from None
