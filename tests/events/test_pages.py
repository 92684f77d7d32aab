"""Cursors: good for the list they were given out for, and for the player; nobody makes one up."""

import base64
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from msgspec import Struct

from events.pages import Cursors, Page, page_of
from events.refusals import Invalid

PLAYER, STRANGER = UUID(int=1), UUID(int=2)
CURSORS = Cursors(b"k" * 32)
FILTERS = {"opponent": "Ünal & Söhne", "sort": "played_at", "limit": "10"}


class Place(Struct, frozen=True, array_like=True):
    number: int


def followed(given: Mapping[str, str], cursors: Cursors = CURSORS) -> dict[str, str]:
    """The parameters of the next page, as a client that follows the link sends them."""
    link = cursors.next_page("/list/", given, Place(7), PLAYER)["Link"]
    address = re.fullmatch('<(.*)>; rel="next"', link)
    assert address
    return dict(parse_qsl(urlsplit(address[1]).query, strict_parsing=True))


@pytest.mark.parametrize(
    ("found", "page"),
    [
        ([], Page([], None)),
        ([3, 5], Page([3, 5], None)),
        ([3, 5, 8], Page([3, 5], Place(5))),
    ],
)
def test_what_is_found_beyond_a_page_says_that_there_is_more(
    found: list[int], page: Page[int, Place]
) -> None:
    assert page_of(found, 2, Place) == page


def test_no_link_leads_beyond_the_last_page() -> None:
    assert CURSORS.next_page("/list/", FILTERS, None, PLAYER) == {}


def test_the_next_page_keeps_the_filters_and_finds_its_place() -> None:
    given = followed(FILTERS)
    assert {name: text for name, text in given.items() if name != "cursor"} == FILTERS
    assert CURSORS.cursor_of("/list/", given, Place, PLAYER) == Place(7)


def test_pages_may_differ_in_size() -> None:
    given = {**followed(FILTERS), "limit": "3"}
    assert CURSORS.cursor_of("/list/", given, Place, PLAYER) == Place(7)


@pytest.mark.parametrize(
    "changed", [{"sort": "-played_at"}, {"opponent": "Omar"}, {"result": "win"}]
)
def test_a_cursor_is_not_good_for_other_filters(changed: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        CURSORS.cursor_of("/list/", {**followed(FILTERS), **changed}, Place, PLAYER)


def test_a_cursor_is_good_for_its_player_its_list_and_its_system_alone() -> None:
    given = followed(FILTERS)
    for cursors, path, player in (
        (CURSORS, "/list/", STRANGER),
        (CURSORS, "/other/", PLAYER),
        (Cursors(b"x" * 32), "/list/", PLAYER),
    ):
        with pytest.raises(Invalid):
            cursors.cursor_of(path, given, Place, player)


def test_a_cursor_with_one_bit_changed_is_refused() -> None:
    given = followed({})
    cursor = base64.urlsafe_b64decode(given["cursor"] + "=" * (-len(given["cursor"]) % 4))
    for bit in range(8 * len(cursor)):
        forged = bytearray(cursor)
        forged[bit // 8] ^= 1 << bit % 8
        text = base64.urlsafe_b64encode(forged).decode().rstrip("=")
        with pytest.raises(Invalid):
            CURSORS.cursor_of("/list/", {"cursor": text}, Place, PLAYER)


@pytest.mark.parametrize("text", ["", "x", "é", "\0", "a" * 20_000, "=" * 10, "Wzdd"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        CURSORS.cursor_of("/list/", {"cursor": text}, Place, PLAYER)
