"""The keys that a running process signs and verifies with: it takes up new ones as they come."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from command_api.accounts.key_rotation import over_at, signing, verifies, verifying
from command_api.accounts.tokens import SigningKey, public_ring
from events.identity import VerifyingKey

LOOK_AGAIN_AFTER: Final = 1.0  # seconds

log = logging.getLogger(__name__)


class KeysUnreadable(Exception):
    """The keys cannot be read; the message is a sentence."""


class KeyRing:
    """The keys as `read` gave them last; somebody has to `look` now and then.

    A name that is not known makes it look at once, but no sooner than a second after the last
    time: strangers make up names at any pace. Raises `KeysUnreadable` in the beginning; later
    it goes on with the keys it has.
    """

    def __init__(
        self, read: Callable[[], Sequence[SigningKey]], clock: Callable[[], float] = monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._complaint = ""
        self._looked_at = clock()
        self._take_up(read())

    def signing(self, now: datetime) -> SigningKey:
        """The key that signs at `now`."""
        return signing(self._keys, now)

    def public(self, now: datetime) -> dict[str, VerifyingKey]:
        """What verifies at `now`, and what will."""
        return {key.kid: self._public[key.kid] for key in verifying(self._keys, now)}

    def get(self, kid: str, /) -> VerifyingKey | None:
        """The public key of this name, if it verifies now."""
        if kid not in self._public and self._clock() - self._looked_at >= LOOK_AGAIN_AFTER:
            self.look()
        key = self._public.get(kid)
        return key if key and verifies(self._ends[kid], datetime.now(UTC)) else None

    def look(self) -> None:
        """Read the keys again; where that fails, those that are known stay."""
        self._looked_at = self._clock()
        try:
            keys = self._read()
        except KeysUnreadable as fault:
            self._complain(str(fault))
            return
        self._complain("")
        if new := [key.kid for key in keys if key.kid not in self._public]:
            log.info("new signing keys: %s", ", ".join(new))
        self._take_up(keys)

    def _take_up(self, keys: Sequence[SigningKey]) -> None:
        self._keys = list(keys)
        self._public = public_ring(self._keys)
        # Found out once: every request needs it.
        self._ends = {key.kid: over_at(key, self._keys) for key in self._keys}

    def _complain(self, sentence: str) -> None:
        if sentence and sentence != self._complaint:
            log.warning("the signing keys stay as they are: %s", sentence)
        self._complaint = sentence
