"""Codes that name a match and prove that they were given out."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.codes import LENGTH, hash_of, match_of, new_code
from tests.examples import MATCH_ID

KEY = bytes(range(32))


@given(st.uuids(), st.uuids())
def test_a_code_names_its_match_and_nothing_else(match_id: UUID, command_id: UUID) -> None:
    code = new_code(KEY, match_id, command_id)
    assert len(code) == LENGTH
    assert match_of(code) == match_id


def test_a_repeated_command_makes_the_same_code_and_another_one_another() -> None:
    first = new_code(KEY, MATCH_ID, UUID(int=1))
    assert new_code(KEY, MATCH_ID, UUID(int=1)) == first
    assert new_code(KEY, MATCH_ID, UUID(int=2)) != first
    assert new_code(bytes(32), MATCH_ID, UUID(int=1)) != first


def test_the_hash_says_nothing_of_the_code() -> None:
    code = new_code(KEY, MATCH_ID, UUID(int=1))
    assert len(hash_of(code)) == 64
    assert code not in hash_of(code)


@pytest.mark.parametrize(
    "text", ["", "x", "é" * LENGTH, "-" * (LENGTH - 1), "A" * (LENGTH - 1) + "B", "*" * LENGTH]
)
def test_what_is_no_code_names_no_match(text: str) -> None:
    assert match_of(text) is None
