"""Statements that are asked once for all who ask the same at the same moment."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any
from uuid import UUID

from events.statement_pool import StatementPool
from events.statements import Statement, array_of

Key = tuple[UUID, ...]
Answered = asyncio.Future[tuple[Any, ...] | None]


class Gathered:
    """One statement for all who ask it at the same moment, each for the row of a key.

    While an answer is on its way, whoever comes waits for the next one, as those do who append to
    the log: the more ask, the less each costs. A row is never older than the question for it.

    `statement` takes an array ``%(keys_0)s``, ``%(keys_1)s``, ... for each part of a key, and
    gives, before the other columns, the place of the key in the arrays, counted from 1.
    """

    def __init__(self, pool: StatementPool, statement: Statement) -> None:
        self._pool = pool
        self._statement = statement
        self._waiting: dict[Key, list[Answered]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def row(self, *key: UUID) -> tuple[Any, ...] | None:
        """The row of `key` after its place, or None; raises what `StatementPool.ask` raises."""
        answered: Answered = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(answered)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_until_all_know())
        return await answered

    async def _ask_until_all_know(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, {}
                await self._ask_for(group)
        finally:
            self._asking = None
            for answered in chain.from_iterable(self._waiting.values()):
                answered.cancel()  # the one who would have asked for them is broken off
            self._waiting = {}

    async def _ask_for(self, group: Mapping[Key, Sequence[Answered]]) -> None:
        answers: dict[Key, tuple[Any, ...]] = {}
        try:
            keys = [*group]
            rows = await self._pool.ask(self._statement, _arrays(keys))
            for number in range(len(rows)):
                place, *row = rows.row(number)
                answers[keys[place - 1]] = tuple(row)
        except BaseException as error:
            for waiting in group.values():
                for answered in waiting:
                    with suppress(asyncio.InvalidStateError):  # who was cancelled
                        answered.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            for key, waiting in group.items():
                for answered in waiting:
                    with suppress(asyncio.InvalidStateError):
                        answered.set_result(answers.get(key))


def _arrays(keys: Sequence[Key]) -> dict[str, str]:
    """An array for each part of the keys."""
    return {f"keys_{n}": array_of(part) for n, part in enumerate(zip(*keys, strict=True))}
