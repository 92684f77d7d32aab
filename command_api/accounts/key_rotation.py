"""Which key signs and which verify, from the times alone: so that no token is ever refused.

A key is known to everybody for a while before it signs, and verifies until the last token that it
can have signed has run out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from command_api.accounts.tokens import SigningKey
from events.identity import LEEWAY
from events.revocations import ACCESS_TOKEN_LIFE

# For the public ring may be kept by others for five minutes, and clocks differ.
KNOWN_BEFORE_SIGNING: Final = timedelta(minutes=10)
CLOCKS_DIFFER: Final = timedelta(minutes=1)


def signing(keys: Sequence[SigningKey], now: datetime) -> SigningKey:
    """The one of `keys`, of which there is at least one, that signs at `now`."""
    first, *later = sorted(keys, key=lambda key: key.signs_from)
    due = [key for key in later if key.signs_from <= now]
    return due[-1] if due else first


def over_at(key: SigningKey, keys: Sequence[SigningKey]) -> datetime | None:
    """When the last token of `key` has run out; None while no later key is there."""
    later = [other.signs_from for other in keys if other.signs_from > key.signs_from]
    return min(later) + CLOCKS_DIFFER + ACCESS_TOKEN_LIFE + LEEWAY if later else None


def verifying(keys: Sequence[SigningKey], now: datetime) -> list[SigningKey]:
    """Those of `keys` that verify at `now`: all but those whose tokens have all run out."""
    return [key for key in keys if verifies(over_at(key, keys), now)]


def verifies(end: datetime | None, now: datetime) -> bool:
    """Whether a key verifies at `now` whose tokens have run out at `end`."""
    return end is None or now < end
