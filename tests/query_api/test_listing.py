"""The list: every order, every filter, and pages that hold while matches are added."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events.match import Confirmed, Match, evolve
from events.stats import Pair
from projections.builds import look_into
from projections.matches import write_halves
from query_api.filters import Span
from query_api.listing import SORTS, Place, Wanted, page_query, read_page
from tests.examples import NOON, OWNER_ID, UPLOADED
from tests.pools import statement_pool

BEGUN = evolve(None, UPLOADED)
STRANGER = UUID(int=99)


def match_of(
    number: int, created: int, played: int, score: tuple[int, int] | None, opponent: str
) -> Match:
    confirmed = score and Confirmed(score=Pair(*score), penalties=None, stats={}, at=NOON)
    return replace(
        BEGUN,
        id=UUID(int=number * 7919 % 1000),
        created_at=NOON + timedelta(hours=created),
        played_at=NOON + timedelta(hours=played),
        opponent_name=opponent,
        confirmed=confirmed,
    )


few_hours = st.integers(0, 2)
scores = st.none() | st.tuples(st.integers(0, 2), st.integers(0, 2))
drawn_matches = st.lists(
    st.tuples(few_hours, few_hours, scores, st.sampled_from(["Yassine", "YASSINE ", "Omar"])),
    min_size=1,
    max_size=14,
)


def keep(conn: psycopg.Connection[Any], matches: Sequence[Match]) -> None:
    with conn.transaction(), conn.cursor() as cursor:
        look_into(conn, "read_models")
        write_halves(cursor, matches)


async def pages(
    database: str, wanted: Wanted, limit: int, between: Callable[[], None] = lambda: None
) -> list[list[UUID]]:
    """All pages of a list; `between` is done after the first."""
    read: list[list[UUID]] = []
    after: Place | None = None
    async with statement_pool(database) as pool:
        while True:
            page = await read_page(pool, OWNER_ID, wanted, after, limit)
            read.append([listed.place.match_id for listed in page.matches])
            after = page.following
            if after is None:
                return read
            if len(read) == 1:
                between()


def in_order(matches: Sequence[Match], sort: str) -> list[UUID]:
    """The ids as a plain sort orders them."""

    def keys(match: Match) -> tuple[Any, ...]:
        score = match.confirmed.score if match.confirmed else Pair()
        user, opponent = score.user or 0, score.opponent or 0
        first = {
            "created_at": (),
            "played_at": (match.played_at, match.id),
            "score_user": (user,),
            "score_opponent": (opponent,),
            "goal_difference": (user - opponent,),
        }[sort.removeprefix("-")]
        return (*first, match.created_at, match.id)

    is_down = sort.startswith("-")
    if sort.endswith("_at"):
        return [match.id for match in sorted(matches, key=keys, reverse=is_down)]
    scored = sorted((m for m in matches if m.confirmed), key=keys, reverse=is_down)
    others = [match for match in matches if not match.confirmed]
    return [match.id for match in scored] + in_order(others, "-created_at"[not is_down :])


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn_matches, drawn_matches, st.sampled_from(SORTS), st.integers(1, 5))
def test_what_is_added_between_two_pages_moves_nothing(
    database: str, first: list[Any], added: list[Any], sort: str, limit: int
) -> None:
    matches = [match_of(number, *each) for number, each in enumerate(first, start=1)]
    later = [match_of(number, *each) for number, each in enumerate(added, start=101)]
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("TRUNCATE read_models.matches")
        keep(conn, matches)
        keep(conn, [replace(match_of(501, 1, 1, (1, 1), "Omar"), owner_id=STRANGER)])
        keep(conn, [replace(match_of(502, 1, 1, (1, 1), "Omar"), is_deleted=True)])
        wanted = Wanted(sort=sort)
        read = asyncio.run(pages(database, wanted, limit, lambda: keep(conn, later)))
    shown = [match_id for page in read for match_id in page]
    there_all_the_time = [match_id for match_id in shown if match_id in {m.id for m in matches}]
    assert len(set(shown)) == len(shown)
    assert there_all_the_time == in_order(matches, sort)
    assert all(len(page) == limit for page in read[:-1])


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    drawn_matches,
    st.sampled_from(SORTS),
    st.none() | st.just("yassine"),
    st.none() | st.sampled_from(["win", "draw", "loss", "pending"]),
    st.none() | st.sampled_from(["processing", "confirmed"]),
    st.tuples(st.none() | few_hours, st.none() | few_hours),
)
def test_filters_leave_what_fits_them_all(
    database: str,
    made: list[Any],
    sort: str,
    opponent: str | None,
    result: str | None,
    status: str | None,
    hours: tuple[int | None, int | None],
) -> None:
    matches = [match_of(number, *each) for number, each in enumerate(made, start=1)]
    since, until = (None if hour is None else NOON + timedelta(hours=hour) for hour in hours)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("TRUNCATE read_models.matches")
        keep(conn, matches)
    wanted = Wanted(
        opponent=opponent, result=result, status=status, span=Span(since, until), sort=sort
    )
    fitting = [
        match
        for match in matches
        if (opponent is None or match.opponent_name.strip().lower() == opponent)
        and (result is None or (match.result or "pending") == result)
        and (status is None or match.status == status)
        and (since is None or match.played_at >= since)
        and (until is None or match.played_at < until)
    ]
    read = asyncio.run(pages(database, wanted, 4))
    assert [match_id for page in read for match_id in page] == in_order(fitting, sort)


@pytest.mark.parametrize("sort", SORTS)
def test_every_page_of_every_order_begins_at_its_place_in_an_index(
    database: str, sort: str
) -> None:
    matches = [
        replace(
            match_of(
                number, number % 97, number % 89, (number % 5, 1) if number % 3 else None, "A"
            ),
            id=UUID(int=number),
        )
        for number in range(1, 3001)
    ]
    with psycopg.connect(database, autocommit=True) as conn:
        keep(conn, matches)
        conn.execute("ANALYZE read_models.matches")
        wanted = Wanted(sort=sort)
        for run in wanted.runs:
            keys = tuple(5 if "_at" not in key else NOON for key in run.keys)
            place = Place(run.is_confirmed, keys, UUID(int=1))
            for after in (None, place):
                query, values = page_query(OWNER_ID, wanted, run, after, 20)
                (plan,) = conn.execute(
                    psycopg.sql.SQL("EXPLAIN (FORMAT JSON) {}").format(query), values
                ).fetchone() or ([],)
                scan = plan[0]["Plan"]["Plans"][0]
                assert scan["Node Type"] == "Index Scan", scan
                condition = scan["Index Cond"]
                assert all(key in condition for key in run.keys) or after is None
                assert "Rows Removed" not in str(scan)
