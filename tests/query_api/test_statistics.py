"""Sums of a span, opponents in pages and trends: what they are, and that indexes answer them."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from events.answering import AsyncAnsweringConnection
from events.match import Match, Result, fold
from events.names import fold as folded
from events.stats import STATISTICS
from projections.advance import advance
from projections.builds import look_into
from projections.catalogue import MATCHES
from projections.connecting import connect
from projections.opponents import OpponentView
from projections.places import LivePlace
from projections.streaks import streaks_in
from projections.summary import SummaryView, summary
from projections.tally import Tally
from query_api.filters import Span
from query_api.opponents import SORTS, Place, page_query, read_page
from query_api.summing import read_summary
from query_api.trends import TREND_STATS, Wanted, read_trend, trend_query
from tests.examples import NOON
from tests.projections.histories import Happened, empty, happenings, store, told
from tests.projections.plainly import streaks_of

OWNER = UUID(int=1)
spans = st.builds(
    lambda since, until: Span(
        None if since is None else NOON + timedelta(hours=since),
        None if until is None else NOON + timedelta(hours=until),
    ),
    st.none() | st.integers(0, 4),
    st.none() | st.integers(0, 5),
)
opponents = st.sampled_from([None, "yassine", "omar", "nobody"])
on_random_histories = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def project(database: str, happened: Happened) -> list[Match]:
    """Let it happen; gives what the first owner has then."""
    events = told(happened)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("TRUNCATE log.events")
        store(conn, events)
        empty(conn)
    with connect(database, "test") as conn:
        while advance(conn, MATCHES, LivePlace(MATCHES), limit=9).events:
            pass
    histories: dict[UUID, list[Any]] = {}
    for event in events:
        histories.setdefault(event.match_id, []).append(event)
    matches = map(fold, histories.values())
    return [match for match in matches if match.owner_id == OWNER and not match.is_deleted]


def summed(matches: Sequence[Match]) -> SummaryView:
    """The summary of these, the slow and plain way."""
    tally = Tally()
    for match in matches:
        tally = tally.changed(None, match)
    results = [(match.played_at, match.id, match.result) for match in matches if match.result]
    return summary(tally, streaks_of(sorted(results)))


def fits(match: Match, opponent: str | None, span: Span) -> bool:
    return (
        (opponent is None or folded(match.opponent_name) == opponent)
        and (span.since is None or match.played_at >= span.since)
        and (span.until is None or match.played_at < span.until)
    )


@on_random_histories
@given(happenings, opponents, spans)
def test_a_filtered_summary_is_that_of_the_matches_left(
    database: str, happened: Happened, opponent: str | None, span: Span
) -> None:
    matches = project(database, happened)

    async def read() -> bytes:
        async with await AsyncAnsweringConnection.connect(database) as conn:
            return await read_summary(conn, OWNER, opponent, span)

    expected = summed([match for match in matches if fits(match, opponent, span)])
    assert msgspec.json.decode(asyncio.run(read()), type=SummaryView) == expected


@given(st.lists(st.sampled_from("wdl")))
def test_runs_in_letters_are_those_of_results(letters: list[str]) -> None:
    results = {result.value[0]: result for result in Result}
    expected = streaks_of((NOON, OWNER, results[letter]) for letter in letters)
    found = streaks_in("".join(letters))
    assert (found.current, found.longest_win) == (expected.current, expected.longest_win)


@on_random_histories
@given(happenings, st.sampled_from(SORTS))
def test_pages_hold_every_opponent_once_in_order(
    database: str, happened: Happened, sort: str
) -> None:
    matches = [match for match in project(database, happened) if match.result]

    async def read() -> list[OpponentView]:
        views: list[str] = []
        after: Place | None = None
        async with await AsyncAnsweringConnection.connect(database) as conn:
            while True:
                page = await read_page(conn, OWNER, sort, after, 1)
                views += page.items
                after = page.following
                if after is None:
                    return [msgspec.json.decode(view, type=OpponentView) for view in views]

    listed = asyncio.run(read())
    names = [folded(each.opponent_name) for each in listed]
    assert sorted(names) == sorted({folded(match.opponent_name) for match in matches})
    keys = [getattr(each, sort.removeprefix("-")) for each in listed]
    assert keys == sorted(keys, reverse=sort.startswith("-"))


@on_random_histories
@given(
    happenings,
    st.sampled_from(TREND_STATS),
    st.integers(1, 4),
    st.integers(1, 6),
    opponents,
)
def test_a_trend_is_the_plain_moving_average(
    database: str, happened: Happened, stat: str, window: int, limit: int, opponent: str | None
) -> None:
    matches = [
        match
        for match in project(database, happened)
        if match.result and fits(match, opponent, Span())
    ]
    matches.sort(key=lambda match: (match.played_at, match.id))
    pairs = [values_of(match, stat) for match in matches]

    async def read() -> list[tuple[Any, ...]]:
        wanted = Wanted(stat=stat, window=window, limit=limit, opponent=opponent)
        async with await AsyncAnsweringConnection.connect(database) as conn:
            trend = await read_trend(conn, OWNER, wanted)
        return [
            (each.match_id, each.user, each.opponent, each.user_average, each.opponent_average)
            for each in trend.points
        ]

    expected = []
    for index, match in enumerate(matches):
        trailing = pairs[max(index + 1 - window, 0) : index + 1]
        user, other = zip(*trailing, strict=True)
        expected.append((match.id, *pairs[index], average(user), average(other)))
    assert asyncio.run(read()) == expected[-limit:]


def values_of(match: Match, stat: str) -> tuple[int | None, int | None]:
    assert match.confirmed
    score = match.confirmed.score
    user, opponent = score.user or 0, score.opponent or 0
    if stat in STATISTICS:
        pair = match.confirmed.stats.get(stat)
        return (pair.user, pair.opponent) if pair else (None, None)
    return {
        "goals_scored": (user, opponent),
        "goals_conceded": (opponent, user),
        "goal_difference": (user - opponent, opponent - user),
    }[stat]


def average(values: Sequence[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 2) if known else None


@pytest.fixture
def crowded(database: str) -> Iterator[psycopg.Connection[Any]]:
    """A player with 3,000 opponents and 3,000 matches, whose statistics the planner knows."""
    with psycopg.connect(database) as conn:
        look_into(conn, "read_models")
        conn.execute(
            """
            INSERT INTO opponents
            SELECT gen_random_uuid(), %(owner)s, number::text, number %% 50 + 1, number %% 50,
                   number %% 40, number %% 30, now() - number * interval '1 h', '', ''
            FROM generate_series(1, 3000) AS number
            """,
            {"owner": OWNER},
        )
        conn.execute(
            """
            INSERT INTO match_numbers (
                match_id, owner_id, opponent, opponent_name, played_at, result, score_user,
                score_opponent
            )
            SELECT gen_random_uuid(), %(owner)s, (number %% 30)::text, 'x',
                   now() - number * interval '1 h', 'win', 1, 0
            FROM generate_series(1, 3000) AS number
            """,
            {"owner": OWNER},
        )
        conn.execute("ANALYZE opponents, match_numbers")
        yield conn


def plan(conn: psycopg.Connection[Any], query: sql.Composable, values: dict[str, Any]) -> str:
    explained = conn.execute(sql.SQL("EXPLAIN ") + query, {"owner_id": OWNER, **values})
    return "\n".join(line for (line,) in explained)


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_of_opponents_is_read_off_an_index(
    crowded: psycopg.Connection[Any], sort: str
) -> None:
    key = NOON if sort.endswith("at") else 7
    values = {"key": key, "opponent_id": OWNER, "limit": 20}
    shown = plan(crowded, page_query(sort, is_first=False), values)
    assert "Index Scan" in shown
    assert "Sort" not in shown


@pytest.mark.parametrize("opponent", [None, "7"])
def test_a_trend_reads_off_an_index_what_it_shows(
    crowded: psycopg.Connection[Any], opponent: str | None
) -> None:
    wanted = Wanted(stat="shots", window=5, limit=20, opponent=opponent)
    values = {"opponent": opponent, "before": 4, "reach": 24, "limit": 20}
    shown = plan(crowded, trend_query(wanted), values)
    inner = shown[shown.index("Limit", shown.index("WindowAgg")) :]
    assert "Index Scan Backward" in inner
    assert "Sort" not in inner
