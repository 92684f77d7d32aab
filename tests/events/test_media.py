"""Signed addresses: for one match, one size and some minutes, and for nobody's forging."""

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from events.match import evolve
from events.match_view import view
from events.media import MediaAddresses, Size, expiry
from tests.examples import MATCH_ID, UPLOADED

MEDIA = MediaAddresses(b"k" * 32)
VIEW = view(evolve(None, UPLOADED))
NOW = 1_769_025_000.5


def signature_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["signature"][0]


def test_an_address_is_good_until_it_runs_out() -> None:
    signature, expires = signature_in(MEDIA.signed(VIEW, NOW).screenshot), expiry(NOW)
    assert MEDIA.is_ours(MATCH_ID, Size.FULL, expires, signature, NOW)
    assert MEDIA.is_ours(MATCH_ID, Size.FULL, expires, signature, expires - 0.1)
    assert not MEDIA.is_ours(MATCH_ID, Size.FULL, expires, signature, expires)


def test_a_signature_is_good_for_its_match_size_time_and_system_alone() -> None:
    signature, expires = signature_in(MEDIA.signed(VIEW, NOW).screenshot), expiry(NOW)
    assert not MEDIA.is_ours(UUID(int=1), Size.FULL, expires, signature, NOW)
    assert not MEDIA.is_ours(MATCH_ID, Size.THUMB, expires, signature, NOW)
    assert not MEDIA.is_ours(MATCH_ID, Size.FULL, expires + 900, signature, NOW)
    other = MediaAddresses(b"x" * 32)
    assert not other.is_ours(MATCH_ID, Size.FULL, expires, signature, NOW)
    for forged in ("", "é", signature[:-1], signature + "A", signature.swapcase()):
        assert not MEDIA.is_ours(MATCH_ID, Size.FULL, expires, forged, NOW)


@pytest.mark.parametrize("moment", [0.0, 899.9])
def test_all_answers_of_a_quarter_of_an_hour_hold_the_same_address(moment: float) -> None:
    begun = 900 * 1_965_583
    assert expiry(begun + moment) == begun + 1800
    assert MEDIA.signed(VIEW, begun + moment) == MEDIA.signed(VIEW, begun)
    assert MEDIA.signed(VIEW, begun + 900) != MEDIA.signed(VIEW, begun)


@pytest.mark.parametrize(
    "name", ["Yassine", '"screenshot":"', f'"screenshot":"/api/matches/{MATCH_ID}/screenshot/"']
)
def test_json_is_signed_like_the_view_it_holds_whatever_names_are_in_it(name: str) -> None:
    named = replace(VIEW, opponent_name=name)
    text = msgspec.json.encode(named).decode()
    assert MEDIA.signed_json(text, NOW) == msgspec.json.encode(MEDIA.signed(named, NOW)).decode()
