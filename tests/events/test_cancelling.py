"""A task that lost a cancellation is cancelled again."""

import asyncio

import pytest

from events.cancelling import beside, end, together


async def deaf_once(began: asyncio.Event, swallowed: asyncio.Event) -> None:
    """Go on after the first cancellation, as `asyncio.wait_for` may."""
    began.set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        swallowed.set()
    await asyncio.Event().wait()


@pytest.mark.anyio
async def test_a_task_that_swallows_a_cancellation_ends_all_the_same() -> None:
    began, swallowed = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(deaf_once(began, swallowed))
    await began.wait()
    await end(task)
    assert task.cancelled()
    assert swallowed.is_set()


@pytest.mark.anyio
async def test_what_a_task_finishes_in_its_end_is_not_broken_off() -> None:
    began, finished = asyncio.Event(), asyncio.Event()

    async def careful() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(100):  # turns of the loop
                await asyncio.sleep(0)
            finished.set()

    task = asyncio.create_task(careful())
    await began.wait()
    await end(task, patience=60)
    assert finished.is_set()


@pytest.mark.anyio
async def test_tasks_that_have_ended_are_left_alone() -> None:
    async def failing() -> None:
        raise LookupError("nothing there")

    done = asyncio.create_task(failing())
    await asyncio.wait([done])
    await end(done)
    assert isinstance(done.exception(), LookupError)


@pytest.mark.anyio
async def test_what_runs_beside_something_ends_with_it() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def follow() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with beside(follow()):
        await began.wait()
        assert not ended.is_set()
    assert ended.is_set()


@pytest.mark.anyio
async def test_when_one_of_many_fails_the_others_are_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("events.cancelling.FINISH_WITHIN_SECONDS", 0.01)
    began, swallowed = asyncio.Event(), asyncio.Event()

    async def failing() -> None:
        await began.wait()
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await together(deaf_once(began, swallowed), failing())
    assert swallowed.is_set()


@pytest.mark.anyio
async def test_work_done_together_is_over_when_all_of_it_is() -> None:
    done: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    await together(work(1), work(2))
    assert sorted(done) == [1, 2]
