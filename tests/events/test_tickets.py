"""Tickets: a minute, one purpose, one session."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest

from events.identity import Access, Principal
from events.refusals import Unauthenticated
from events.tickets import LIFE, TYPE, Tickets

KEY = bytes(range(32))
TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
ACCESS = Access(Principal(UUID(int=1), UUID(int=2)), TOMORROW)


def now() -> datetime:
    return datetime.now(UTC)


def test_a_ticket_says_who_and_until_when_in_every_process() -> None:
    ticket = Tickets(KEY).ticket(ACCESS, now())
    assert Tickets(KEY).access(ticket) == ACCESS


def test_a_ticket_is_good_for_a_minute() -> None:
    with pytest.raises(Unauthenticated):
        Tickets(KEY).access(Tickets(KEY).ticket(ACCESS, now() - LIFE - timedelta(seconds=1)))


@pytest.mark.parametrize("type_", [None, "JWT", "at+jwt"])
def test_nothing_else_that_is_signed_is_a_ticket(type_: str | None) -> None:
    claims = jwt.decode(Tickets(KEY).ticket(ACCESS, now()), options={"verify_signature": False})
    assert Tickets(KEY).access(jwt.encode(claims, KEY, "HS256", {"typ": TYPE})) == ACCESS
    with pytest.raises(Unauthenticated):
        Tickets(KEY).access(jwt.encode(claims, KEY, "HS256", {"typ": type_}))


@pytest.mark.parametrize("claim", ["aud", "sub", "sid", "exp", "until"])
def test_a_ticket_without_all_that_it_says_is_none(claim: str) -> None:
    claims = jwt.decode(Tickets(KEY).ticket(ACCESS, now()), options={"verify_signature": False})
    del claims[claim]
    with pytest.raises(Unauthenticated):
        Tickets(KEY).access(jwt.encode(claims, KEY, "HS256", {"typ": TYPE}))


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "\u00e9.\u00e9.\u00e9", "." * 9000])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        Tickets(KEY).access(text)


def test_a_ticket_of_another_key_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        Tickets(bytes(32)).access(Tickets(KEY).ticket(ACCESS, now()))
