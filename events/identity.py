"""Who asks: an access token becomes a principal, with public keys alone."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
# Tokens that were verified are kept in mind, at most so many; the oldest go first.
MOST_VERIFIED: Final = 4096
EXPIRED: Final = "The access token has expired; ask for a new one with the refresh token."
NOT_VALID: Final = "The access token is not valid; sign in again."


class Principal(Struct, frozen=True):
    """The signed-in user, and the session that the token was given to."""

    user_id: UUID
    session_id: UUID


class Access(Struct, frozen=True):
    """Who may come in, and until when without a new token."""

    principal: Principal
    until: datetime


class VerifyingKey(Struct, frozen=True):
    """A public key, and the one algorithm that it is used with."""

    key: Ed25519PublicKey
    algorithm: str = ALGORITHM


class PublicRing(Protocol):
    """Public keys by name (`kid`); a dict is one."""

    def get(self, kid: str, /) -> VerifyingKey | None:
        """The key, if one of this name verifies now."""


class Verified(Struct, frozen=True):
    """What a token was found to say, under which key, and until when it says so."""

    principal: Principal
    kid: str
    key: VerifyingKey
    good_until: float  # seconds since 1970


class Verifier:
    """Checks access tokens (JWT) against the public key ring.

    A token that was good is good until it runs out, as long as its key is in the ring: its
    signature is not verified again. Refused ones are not kept in mind: there is no end of them.
    """

    def __init__(
        self,
        keys: PublicRing,
        clock: Callable[[], float] = time.time,
        most_verified: int = MOST_VERIFIED,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._most_verified = most_verified
        self._verified: dict[str, Verified] = {}

    def __len__(self) -> int:
        return len(self._verified)

    def principal(self, token: str) -> Principal:
        """The principal of `token`; raises `Unauthenticated` with a sentence."""
        return self._known(token).principal

    def access(self, token: str) -> Access:
        """The principal of `token` and its end; raises `Unauthenticated` with a sentence."""
        known = self._known(token)
        return Access(known.principal, datetime.fromtimestamp(known.good_until, UTC))

    def _known(self, token: str) -> Verified:
        known = self._verified.get(token)
        if known is None or self._keys.get(known.kid) != known.key:
            known = self._verify(token)
        if self._clock() >= known.good_until:
            raise Unauthenticated(EXPIRED)
        self._keep(token, known)
        return known

    def _keep(self, token: str, verified: Verified) -> None:
        if token not in self._verified and len(self._verified) >= self._most_verified:
            del self._verified[next(iter(self._verified))]
        self._verified[token] = verified

    def _verify(self, token: str) -> Verified:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TYPE or "crit" in header:
                raise Unauthenticated(NOT_VALID)
            key = self._keys.get(header["kid"])
            if key is None:
                raise Unauthenticated(NOT_VALID)
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=LEEWAY,
                # That it has not run out is looked at with every request.
                options={"require": list(REQUIRED_CLAIMS), "verify_exp": False},
            )
            principal = Principal(UUID(claims["sub"]), UUID(claims["sid"]))
            good_until = int(claims["exp"]) + LEEWAY.total_seconds()
            return Verified(principal, header["kid"], key, good_until)
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError):
            raise Unauthenticated(NOT_VALID) from None
