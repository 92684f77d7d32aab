"""Which text is an e-mail address, and when two are the same."""

import pytest

from command_api.accounts.addresses import folded, is_address


@pytest.mark.parametrize(
    "text",
    [
        "amina@example.com",
        "  Amina.Z+games@mail.Example.co.uk ",
        "o'brien_1@example-games.org",
        "a@b.co",
        "x" * 64 + "@example.com",
    ],
)
def test_is_an_address(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "amina",
        "@example.com",
        "amina@",
        "amina@example",
        "amina@@example.com",
        "a b@example.com",
        ".amina@example.com",
        "amina.@example.com",
        "am..ina@example.com",
        "amina@-example.com",
        "amina@example-.com",
        "amina@.example.com",
        "amina@example.com.",
        "amina@example..com",
        "amina@exa mple.com",
        "amina@example.com\nbcc: all@example.com",
        "amina\0@example.com",
        "\ud800@example.com",
        "<amina@example.com>",
        "x" * 65 + "@example.com",
        "amina@" + "x" * 64 + ".com",
        "amina@" + "x." * 130 + "com",
    ],
)
def test_is_no_address(text: str) -> None:
    assert not is_address(text)


def test_case_and_outer_spaces_make_no_other_address() -> None:
    assert folded(" Amina@EXAMPLE.com\t") == folded("amina@example.com")


def test_inner_differences_make_another_address() -> None:
    assert folded("am.ina@example.com") != folded("amina@example.com")
