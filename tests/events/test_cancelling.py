"""A task that lost a cancellation is cancelled again."""

import asyncio

import pytest

from events.cancelling import end


@pytest.mark.anyio
async def test_a_task_that_swallows_a_cancellation_ends_all_the_same() -> None:
    began = asyncio.Event()
    swallowed: list[str] = []

    async def deaf_once() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed.append("once")
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf_once())
    await began.wait()
    await end(task)
    assert task.cancelled()
    assert swallowed == ["once"]


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
