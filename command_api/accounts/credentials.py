"""Passwords are kept as Argon2id hashes, and only a few are computed at the same time."""

import os
import secrets
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

import anyio
from anyio import CapacityLimiter, Semaphore, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from msgspec import Struct

from events.refusals import Unavailable

Result = TypeVar("Result")


class Argon2Cost(Struct, frozen=True):
    """What one hash costs: memory in KiB, passes over it, threads. The defaults are OWASP's."""

    memory_kib: int = 19 * 1024
    passes: int = 2
    threads: int = 1


OWASP: Final = Argon2Cost()
PATIENCE: Final = timedelta(seconds=2)


class Credentials:
    """Makes and checks password hashes in threads, at most `at_once` (one a core) at a time.

    The others wait for `patience` and are then refused with `Unavailable`: a flood of logins
    must neither fill the memory nor keep everybody waiting.
    """

    def __init__(
        self, cost: Argon2Cost = OWASP, at_once: int | None = None, patience: timedelta = PATIENCE
    ) -> None:
        places = at_once or os.cpu_count() or 1
        self._hasher = PasswordHasher(cost.passes, cost.memory_kib, cost.threads)
        self._decoy = self._hasher.hash(secrets.token_bytes(16))
        self._places = Semaphore(places)
        self._threads = CapacityLimiter(places)
        self._patience = patience.total_seconds()

    async def hash(self, password: str) -> str:
        """The text to store for `password`: the hash, its salt and what it cost."""
        return await self._in_a_thread(lambda: self._hasher.hash(_encoded(password)))

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether `stored` was made from `password`; `None`, for nobody, takes as long to say."""
        right = await self._in_a_thread(lambda: self._verified(password, stored or self._decoy))
        return right and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether `stored` was made at another cost than hashes are made now."""
        return self._hasher.check_needs_rehash(stored)

    def _verified(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, _encoded(password))
        except VerifyMismatchError:
            return False

    async def _in_a_thread(self, work: Callable[[], Result]) -> Result:
        try:
            with anyio.fail_after(self._patience):
                await self._places.acquire()
        except TimeoutError:
            sentence = "Too many people are signing in at this moment. Try again in a few seconds."
            raise Unavailable(sentence, retry_after=2) from None
        try:
            # Not left when the caller is cancelled: the place is taken until the thread is done.
            return await to_thread.run_sync(work, limiter=self._threads)
        finally:
            self._places.release()


def _encoded(password: str) -> bytes:
    # As RFC 8265: what two keyboards write differently and looks the same is the same password.
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")
