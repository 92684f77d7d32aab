"""Columns arrive as what they were, NULLs and all."""

import struct
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from events.columns import KINDS
from projections.dead_letters import is_fault_of_event
from projections.upsert import Upsert

VALUES: dict[str, list[Any]] = {
    "uuid": [uuid4(), None, UUID(int=0)],
    "text": ["", None, "Yássine", '{"a": "b, c"}'],
    "bytea": [b"\0\xff", None, b""],
    "bool": [True, None, False],
    "int2": [-(2**15), None, 2**15 - 1],
    "int4": [-(2**31), None, 2**31 - 1],
    "int8": [-(2**63), None, 2**63 - 1],
    "timestamptz": [
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        None,
        datetime(2026, 1, 21, 18, 30, tzinfo=UTC),
    ],
}


@pytest.fixture
def conn(database: str) -> Any:
    with psycopg.connect(database) as conn:
        yield conn


@pytest.mark.parametrize("kind", KINDS)
def test_an_array_holds_the_values_of_every_kind(conn: psycopg.Connection[Any], kind: str) -> None:
    column = KINDS[kind].column(VALUES[kind])
    assert conn.execute("SELECT %s", [column]).fetchone() == (VALUES[kind],)


@pytest.mark.parametrize(
    ("kind", "value"), [("int2", 2**15), ("int8", 2**63), ("text", "\ud800"), ("uuid", "not one")]
)
def test_what_a_kind_cannot_hold_is_refused_before_it_is_sent(kind: str, value: Any) -> None:
    with pytest.raises((struct.error, ValueError, AttributeError)) as raised:
        KINDS[kind].column([value])
    assert is_fault_of_event(raised.value)


def test_rows_with_a_key_that_is_there_are_changed_as_the_columns_say(
    conn: psycopg.Connection[Any],
) -> None:
    conn.execute("CREATE TEMP TABLE t (k int8 PRIMARY KEY, kept text, sum int8, shown text)")
    columns = {"k": "int8", "kept": "text", "sum": "int8", "shown": "text"}
    upsert = Upsert("t", columns, "k", summed=("sum",), kept=("kept",), unless_empty=("shown",))
    with conn.cursor() as cursor:
        upsert.write(cursor, [(n, "first", 1, f"seen {n}") for n in range(250)])
        upsert.write(cursor, [(0, "second", 2, ""), (1, "second", 3, "anew"), (250, "new", 5, "")])
        cursor.execute("SELECT * FROM t WHERE k IN (0, 1, 249, 250) ORDER BY k")
        assert cursor.fetchall() == [
            (0, "first", 3, "seen 0"),
            (1, "first", 4, "anew"),
            (249, "first", 1, "seen 249"),
            (250, "new", 5, ""),
        ]
