"""Screens that were sent before: found, and no others; exact after whatever happens to them."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from events.match import Match, evolve
from events.matches import StatsExtracted
from events.reading import Reading
from events.stats import STATISTICS, Sides
from projections.advance import advance
from projections.catalogue import MATCHES
from projections.connecting import connect
from projections.duplicates import looks_of
from projections.places import LivePlace
from tests.examples import ERASED, EXAMPLES, READING, UPLOADED
from tests.projections.histories import Happened, empty, happenings, store, told

FULL = replace(
    READING,
    score=Sides(4, 2),
    stats=dict.fromkeys(STATISTICS, Sides(3, 4)),
    likeness="00000000000000ff",
)


def read(reading: Reading) -> Match:
    extracted = EXAMPLES["match.stats_extracted.v1"]
    assert isinstance(extracted, StatsExtracted)
    return evolve(evolve(None, UPLOADED), replace(extracted, reading=reading))


def test_numbers_are_equal_in_whatever_order_they_were_read() -> None:
    turned = replace(FULL, stats=dict(reversed(FULL.stats.items())), milliseconds=9, warnings=())
    assert looks_of(read(turned)) == looks_of(read(FULL))
    other = replace(FULL, stats={**FULL.stats, "saves": Sides(3, 5)})
    assert looks_of(read(other)) != looks_of(read(FULL))


@pytest.mark.parametrize(
    "reading",
    [
        replace(FULL, likeness=None),
        replace(FULL, score=Sides(4, None)),
        replace(FULL, stats=dict.fromkeys(STATISTICS[:9], Sides(3, 4))),
    ],
)
def test_what_proves_nothing_is_compared_with_nothing(reading: Reading) -> None:
    assert looks_of(read(reading)) is None


def test_an_erased_match_is_compared_with_nothing() -> None:
    assert looks_of(evolve(read(FULL), ERASED)) is None


def expected(matches: dict[UUID, Match]) -> dict[UUID, UUID]:
    """The duplicates, each match compared with every other."""
    found = {}
    shown = sorted(
        (match for match in matches.values() if not match.is_deleted and match.reading),
        key=lambda match: (match.created_at, match.id),
    )
    for number, later in enumerate(shown):
        for first in shown[:number]:
            if _is_same_screen(first, later):
                found[later.id] = first.id
                break
    return found


def _is_same_screen(first: Match, later: Match) -> bool:
    one, other = first.reading, later.reading
    assert one is not None
    assert other is not None
    bits = (int(one.likeness or "", 16) ^ int(other.likeness or "", 16)).bit_count()
    return (
        first.owner_id == later.owner_id
        and (one.score, one.stats) == (other.score, other.stats)
        and bits <= 10
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happenings)
def test_duplicates_are_those_that_a_look_at_all_pairs_finds(
    database: str, happened: Happened
) -> None:
    # Everything twice: what happens to one match happens to another of the same owner.
    events = told([one for each in happened for one in (each, (each[0] + 3, *each[1:]))])
    matches: dict[UUID, Match] = {}
    for event in events:
        matches[event.match_id] = evolve(matches.get(event.match_id), event)
    with psycopg.connect(database, autocommit=True) as conn, connect(database, "test") as writer:
        conn.execute("TRUNCATE log.events")
        empty(conn)
        store(conn, events)
        while advance(writer, MATCHES, LivePlace(MATCHES), limit=3).events:
            pass
        assert dict(shown(conn)) == expected(matches)


def shown(conn: psycopg.Connection[Any]) -> list[tuple[UUID, UUID]]:
    return conn.execute("SELECT match_id, duplicate_of FROM read_models.duplicates").fetchall()
