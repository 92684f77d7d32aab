"""Times and names in addresses: how they may be spelt, and what they mean."""

from datetime import UTC, datetime

import pytest

from events.refusals import Invalid
from query_api.filters import Span, opponent_of, span_of

MIDNIGHT = datetime(2026, 1, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-01-21", "2026-01-21T00:00:00Z", "2026-01-21T02:00:00+02:00"]
)
def test_a_date_is_its_midnight_in_utc(text: str) -> None:
    assert span_of({"since": text}) == Span(since=MIDNIGHT)
    assert span_of({"until": text}) == Span(until=MIDNIGHT)


@pytest.mark.parametrize(
    "text",
    ["", "x", "2026-02-30", "20260121", "2026-W04", "2026-01-21T00:00:00", "1768953600"],
)  # fmt: skip
def test_another_spelling_of_a_time_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        span_of({"until": text})
    assert list(refused.value.fields) == ["until"]


def test_a_span_may_be_empty_but_not_backwards() -> None:
    assert span_of({"since": "2026-01-21", "until": "2026-01-21"}) == Span(MIDNIGHT, MIDNIGHT)
    with pytest.raises(Invalid):
        span_of({"since": "2026-01-22", "until": "2026-01-21"})


def test_an_opponent_is_compared_as_people_compare_names() -> None:
    assert opponent_of({"opponent": " Yässine_99 "}) == opponent_of({"opponent": "YASSINE 99"})
    assert opponent_of({}) is None


@pytest.mark.parametrize("name", ["", "  ", "a" * 256, "a\0", "\n"])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        opponent_of({"opponent": name})
