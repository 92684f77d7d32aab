"""Rows that a batch needs, asked for as soon as it is likely that it does."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from itertools import chain
from typing import Generic, TypeVar

from psycopg.rows import TupleRow

from projections.piped import Session

Key = TypeVar("Key", bound=Hashable)


class Wanted(Generic[Key]):
    """Rows by their keys; `ask` asks for those of some keys, and need not wait for the answer."""

    def __init__(
        self, session: Session, ask: Callable[[Session, Collection[Key]], Iterable[TupleRow]]
    ) -> None:
        self._session = session
        self._ask = ask
        self._keys: set[Key] = set()
        self._answers: list[Iterable[TupleRow]] = []

    def want(self, keys: Iterable[Key]) -> None:
        """Ask for the rows of these keys; those asked for before are on their way."""
        further = set(keys) - self._keys
        if further:
            self._keys |= further
            self._answers.append(self._ask(self._session, further))

    def __iter__(self) -> Iterator[TupleRow]:
        """All rows that there are, once."""
        return chain.from_iterable(self._answers)
