"""Answers reach whoever waits, in a thread or in an event loop, and nobody else."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from events.answers import LoopAnswer, ThreadAnswer, Verdict, give_all
from events.group import ConcurrentChange


def test_threads_that_wait_get_their_own_verdicts() -> None:
    answers = [ThreadAnswer() for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(answer.wait, 10) for answer in answers]
        give_all((answer, number) for number, answer in enumerate(answers))
        assert [each.result() for each in waiting] == list(range(8))


def test_a_refusal_is_raised_where_it_is_waited_for() -> None:
    answer = ThreadAnswer()
    give_all([(answer, ConcurrentChange())])
    with pytest.raises(ConcurrentChange):
        answer.wait()


def test_who_gives_up_is_not_waiting_any_more() -> None:
    answer = ThreadAnswer()
    assert answer.is_wanted
    with pytest.raises(TimeoutError):
        answer.wait(0.001)
    assert not answer.is_wanted
    give_all([(answer, 1)])  # too late, and no harm


@pytest.mark.anyio
async def test_callers_in_an_event_loop_get_their_own_verdicts() -> None:
    first, refused, cancelled = LoopAnswer(), LoopAnswer(), LoopAnswer()
    task = asyncio.create_task(cancelled.wait(10))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert not cancelled.is_wanted
    given: list[tuple[LoopAnswer, Verdict]] = [
        (first, 1),
        (refused, ConcurrentChange()),
        (cancelled, 3),
    ]
    await asyncio.to_thread(give_all, given)
    assert await first.wait(10) == 1
    with pytest.raises(ConcurrentChange):
        await refused.wait(10)


@pytest.mark.anyio
async def test_who_waits_in_vain_in_an_event_loop_is_told() -> None:
    answer = LoopAnswer()
    with pytest.raises(TimeoutError):
        await answer.wait(0.001)
    assert not answer.is_wanted


def test_an_event_loop_that_is_gone_keeps_nobody_else_waiting() -> None:
    async def make() -> LoopAnswer:
        return LoopAnswer()

    gone, other = asyncio.run(make()), ThreadAnswer()
    give_all([(gone, 1), (other, 2)])
    assert other.wait(0) == 2
