"""The hash chain: whatever is done to the log, the first event that is wrong is named."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from msgspec.structs import replace

from events.chain import GENESIS, StoredRow, digest_of, first_fault
from tests.examples import MATCH_ID, NOON

Tamper = Callable[[list[StoredRow]], list[StoredRow]]


def linked(previous: bytes, position: int) -> StoredRow:
    row = StoredRow(
        position=position,
        match_id=MATCH_ID,
        version=position,
        name="match.deleted.v1",
        recorded_at=NOON,
        state=b"{}",
        previous_hash=previous,
        hash=b"",
    )
    return replace(row, hash=digest_of(row))


def chain(length: int) -> list[StoredRow]:
    rows = [linked(GENESIS, 1)]
    while len(rows) < length:
        rows.append(linked(rows[-1].hash, len(rows) + 1))
    return rows


def with_change(**changes: object) -> Tamper:
    return lambda rows: [*rows[:2], replace(rows[2], **changes), *rows[3:]]


def rehashed(rows: list[StoredRow]) -> list[StoredRow]:
    """Altered by somebody who also made the hash fit."""
    altered = replace(rows[2], state=b'{"a":1}')
    return [*rows[:2], replace(altered, hash=digest_of(altered)), *rows[3:]]


def swapped(rows: list[StoredRow]) -> list[StoredRow]:
    third, fourth = replace(rows[3], position=3), replace(rows[2], position=4)
    return [*rows[:2], third, fourth, *rows[4:]]


def test_an_untouched_log_has_no_fault() -> None:
    assert first_fault(chain(5)) is None
    assert first_fault([]) is None


@pytest.mark.parametrize(
    ("tamper", "sentence"),
    [
        (with_change(state=b'{"a":1}'), "position 3 .* was altered"),
        (with_change(name="match.restored.v1"), "position 3 .* was altered"),
        (with_change(match_id=UUID(int=1)), "position 3 .* was altered"),
        (with_change(version=9), "position 3 .* was altered"),
        (rehashed, "position 4 .* does not follow"),
        (swapped, "position 3 .* was altered"),
        (lambda rows: [*rows[:2], *rows[3:]], "missing between position 2 and position 4"),
        (lambda rows: rows[1:], "missing between position 0 and position 2"),
        (lambda rows: [*rows[:3], rows[2], *rows[3:]], "missing between position 3"),
    ],
)
def test_the_first_event_that_is_wrong_is_named(tamper: Tamper, sentence: str) -> None:
    fault = first_fault(tamper(chain(6)))
    assert fault is not None
    assert re.search(sentence, fault), fault
