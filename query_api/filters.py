"""Which matches an answer is about: what lists and statistics take as parameters alike."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final

import msgspec
from msgspec import Struct

from events.names import LONGEST_NAME, fold, name_fault
from events.operations import Parameter
from events.refusals import Invalid

UNUSABLE: Final = "Some parameters cannot be used."
NO_TIME: Final = (
    "This must be a date such as 2026-01-21, or a time with its zone such as 2026-01-21T18:30:00Z."
)
BACKWARDS: Final = "This must not be later than `until`."

OPPONENT: Final = Parameter(
    name="opponent",
    place="query",
    says="Only matches against this name; case, accents, spaces and punctuation do not count.",
    schema={"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "examples": ["yassine"]},
)
_TIME: Final = {
    "anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}],
    "examples": ["2026-01-21", "2026-01-21T18:30:00Z"],
}
SPAN: Final = (
    Parameter(
        name="since",
        place="query",
        says="Only matches played at this time or later (RFC 3339 with its zone); a date is its"
        " midnight in UTC.",
        schema=_TIME,
    ),
    Parameter(
        name="until",
        place="query",
        says="Only matches played before this time, which itself is left out; a date is its"
        " midnight in UTC.",
        schema=_TIME,
    ),
)


class Span(Struct, frozen=True):
    """Matches played at `since` or later and before `until`; None is no bound."""

    since: datetime | None = None
    until: datetime | None = None


def span_of(given: Mapping[str, str]) -> Span:
    """The parameters `since` and `until`; raises `Invalid`."""
    span = Span(_time_of(given, "since"), _time_of(given, "until"))
    if span.since and span.until and span.since > span.until:
        raise Invalid(UNUSABLE, {"since": [BACKWARDS]})
    return span


def opponent_of(given: Mapping[str, str]) -> str | None:
    """The parameter `opponent`, folded; raises `Invalid`."""
    name = given.get("opponent")
    if name is None:
        return None
    if fault := name_fault(name):
        raise Invalid(UNUSABLE, {"opponent": [fault]})
    return fold(name)


def _time_of(given: Mapping[str, str], name: str) -> datetime | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        moment = msgspec.convert(text, datetime)
        if moment.tzinfo is not None:
            return moment
    except ValueError:  # msgspec's is one
        pass
    raise Invalid(UNUSABLE, {name: [NO_TIME]})
