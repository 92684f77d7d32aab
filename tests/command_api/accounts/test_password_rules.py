"""Which passwords are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_api.accounts.password_rules import PasswordRules, objections

EMAIL = "Amina@example.com"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "        ",
        "مرحبا بالعالم",
        "⚽" * 8,
        "ﷺ" * 128,
        "amina@example.co",
        "tab\tnul\0x",
    ],
)
def test_any_characters_are_taken(password: str) -> None:
    assert objections(password, EMAIL) == []


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("", "short"),
        ("7 chars", "short"),
        ("x" * 129, "long"),
        ("half a \ud800 pair", "none"),
        (" amina@EXAMPLE.com", "address"),
        ("password", "guess"),
        ("PassWord123", "guess"),
        ("12345678", "guess"),
        ("barcelona", "guess"),
        ("qwertyuiop", "guess"),
        ("00000000", "guess"),
    ],
)
def test_is_refused_with_its_reason(password: str, word: str) -> None:
    (sentence,) = objections(password, EMAIL)
    assert word in sentence


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=15, max_size=128))
def test_characters_are_counted_as_code_points(password: str) -> None:
    rules = PasswordRules(shortest=len(password), longest=len(password))
    longer = PasswordRules(shortest=len(password) + 1)
    assert not any("short" in o or "long" in o for o in objections(password, EMAIL, rules))
    assert objections(password, EMAIL, longer)[0].endswith(f"{len(password) + 1} characters.")
