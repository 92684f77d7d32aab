"""Tickets: for a browser's ``EventSource``, which can send no token, to open a stream of events."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import jwt

from events.identity import Access, Principal
from events.refusals import Unauthenticated

LIFE: Final = timedelta(seconds=60)
ALGORITHM: Final = "HS256"
TYPE: Final = "ticket+jwt"  # no access token is of this type
AUDIENCE: Final = "efootball-match-tracker/events"
REQUIRED_CLAIMS: Final = ("aud", "sub", "sid", "exp", "until")
NOT_VALID: Final = "The ticket is not valid, or its minute is over; get another one."


class Tickets:
    """Gives tickets out and takes them back; `key` is the same in every process."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def ticket(self, access: Access, now: datetime) -> str:
        """A ticket for what `access` allows; a stream that it opens ends when that does."""
        claims = {
            "aud": AUDIENCE,
            "sub": str(access.principal.user_id),
            "sid": str(access.principal.session_id),
            "exp": now + LIFE,
            "until": access.until.timestamp(),
        }
        return jwt.encode(claims, self._key, ALGORITHM, {"typ": TYPE})

    def access(self, ticket: str) -> Access:
        """What the ticket allows; raises `Unauthenticated`. That the session lasts is not said."""
        try:
            if jwt.get_unverified_header(ticket).get("typ") != TYPE:
                raise Unauthenticated(NOT_VALID)
            claims = jwt.decode(
                ticket,
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": list(REQUIRED_CLAIMS)},
            )
            principal = Principal(UUID(claims["sub"]), UUID(claims["sid"]))
            return Access(principal, datetime.fromtimestamp(claims["until"], UTC))
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
            raise Unauthenticated(NOT_VALID) from None
