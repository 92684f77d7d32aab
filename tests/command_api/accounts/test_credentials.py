"""Password hashes: what they cost, what they match, and how many are made at once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import anyio
import pytest
from argon2 import Type, extract_parameters

from command_api.accounts.credentials import OWASP, Argon2Cost, Credentials
from events.refusals import Unavailable
from tests.command_api.accounts.conftest import CHEAP

Result = TypeVar("Result")

pytestmark = pytest.mark.anyio


async def test_a_hash_is_argon2id_at_the_cost_that_owasp_names() -> None:
    made = extract_parameters(await Credentials().hash("three blue goalposts"))
    assert (made.type, made.memory_cost, made.time_cost, made.parallelism) == (Type.ID, 19456, 2, 1)


async def test_a_hash_matches_its_password_only() -> None:
    credentials = Credentials(CHEAP)
    stored = await credentials.hash("three blue goalposts")
    assert await credentials.matches("three blue goalposts", stored)
    assert not await credentials.matches("three blue goalpost", stored)


async def test_nothing_of_a_long_password_is_left_out() -> None:
    credentials = Credentials(CHEAP)
    stored = await credentials.hash("x" * 128)
    assert not await credentials.matches("x" * 127 + "y", stored)


async def test_a_letter_typed_as_two_characters_is_the_same_letter() -> None:
    credentials = Credentials(CHEAP)
    stored = await credentials.hash("caf\u00e9 au lait")
    assert await credentials.matches("cafe\u0301 au lait", stored)


async def test_half_a_surrogate_pair_matches_nothing_and_breaks_nothing() -> None:
    credentials = Credentials(CHEAP)
    assert not await credentials.matches("\ud800", await credentials.hash("goalposts"))


async def test_nobody_has_no_password() -> None:
    assert not await Credentials(CHEAP).matches("", None)


async def test_a_hash_at_another_cost_is_outdated() -> None:
    stored = await Credentials(CHEAP).hash("three blue goalposts")
    dearer = Credentials(Argon2Cost(memory_kib=128, passes=1))
    assert dearer.is_outdated(stored)
    assert not Credentials(CHEAP).is_outdated(stored)
    assert await dearer.matches("three blue goalposts", stored)


async def test_who_finds_every_place_taken_is_refused_after_a_while() -> None:
    credentials = Credentials(CHEAP, at_once=1, patience=timedelta(milliseconds=20))
    await credentials._places.acquire()
    with pytest.raises(Unavailable) as refusal:
        await credentials.matches("three blue goalposts", None)
    assert refusal.value.retry_after > 0


async def test_who_waits_gets_the_next_place() -> None:
    credentials = Credentials(CHEAP, at_once=1)
    await credentials._places.acquire()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(credentials.hash, "three blue goalposts")
        await anyio.wait_all_tasks_blocked()
        credentials._places.release()
    assert credentials._places.value == 1


async def test_a_refused_caller_leaves_no_place_taken() -> None:
    credentials = Credentials(CHEAP, at_once=2, patience=timedelta(milliseconds=5))
    for _ in range(2):
        await credentials._places.acquire()
    with pytest.raises(Unavailable):
        await credentials.hash("three blue goalposts")
    for _ in range(2):
        credentials._places.release()
    assert await credentials.hash("three blue goalposts")
    assert credentials._places.value == 2


async def test_many_at_once_are_hashed_a_few_at_a_time() -> None:
    credentials = WatchedCredentials(CHEAP, at_once=2)
    async with anyio.create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(credentials.hash, f"three blue goalposts {number}")
    assert credentials.most_at_once == 2


class WatchedCredentials(Credentials):
    """Credentials that know how many hashes were computed at the same time."""

    most_at_once = 0

    def __init__(self, cost: Argon2Cost, at_once: int) -> None:
        super().__init__(cost, at_once)
        self._running: set[int] = set()
        self._two_run = threading.Event()

    async def _in_a_thread(self, work: Callable[[], Result]) -> Result:
        def watched() -> Result:
            self._running.add(threading.get_ident())
            self.most_at_once = max(self.most_at_once, len(self._running))
            if self.most_at_once == 2:
                self._two_run.set()
            self._two_run.wait(5)  # the first waits, so that a second has to come beside it
            try:
                return work()
            finally:
                self._running.remove(threading.get_ident())

        return await super()._in_a_thread(watched)


def test_the_usual_cost_is_the_one_recommended() -> None:
    assert Argon2Cost(memory_kib=19 * 1024, passes=2, threads=1) == OWASP
