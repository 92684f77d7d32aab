"""Rows that are asked for early: each key once, whoever wants it."""

from collections.abc import Collection

import psycopg

from projections.piped import Session
from projections.wanted import Wanted


def test_keys_that_were_asked_for_are_not_asked_for_again(database: str) -> None:
    asked: list[set[str]] = []

    def ask(_: Session, keys: Collection[str]) -> list[tuple[str]]:
        asked.append(set(keys))
        return [(key,) for key in sorted(keys)]

    with psycopg.connect(database) as conn:
        wanted = Wanted(conn.cursor(), ask)
        wanted.want(["a", "b"])
        wanted.want(["b", "c"])
        wanted.want(["a"])
        wanted.want([])
    assert asked == [{"a", "b"}, {"c"}]
    assert list(wanted) == [("a",), ("b",), ("c",)]
