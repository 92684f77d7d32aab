"""Followers that wait for few kinds of events miss none of them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from command_api.confirmations import deadlines
from events import tail, wanted_readings
from events.codec import EventMapper
from events.leading import connected, notified
from events.log import MatchLog, Recorded
from events.matches import MatchDeleted, ScreenshotUploaded, StatsExtracted
from events.pipelined import PipelinedConnection
from events.wanted_readings import Wanted
from tests.examples import EVERY_EXAMPLE, EXAMPLES, UPLOADED

pytestmark = pytest.mark.anyio
MAPPER = EventMapper()


@pytest.fixture
async def conn(database: str) -> AsyncIterator[PipelinedConnection]:
    async with connected(database) as conn:
        yield conn


async def test_only_what_is_wanted_comes_and_the_place_goes_past_the_rest(
    conn: PipelinedConnection, match_log: MatchLog
) -> None:
    for event in EXAMPLES.values():
        match_log.append(event)
    found = await tail.read(conn, MAPPER, 0, (StatsExtracted, MatchDeleted))
    assert [each.event for each in found.events] == [
        EXAMPLES["match.stats_extracted.v1"],
        EXAMPLES["match.deleted.v1"],
    ]
    assert (found.position, found.is_behind) == (len(EXAMPLES), False)
    again = await tail.read(conn, MAPPER, found.position, (StatsExtracted, MatchDeleted))
    assert (again.events, again.position, again.is_behind) == ([], len(EXAMPLES), False)


async def test_an_empty_log_has_no_events(conn: PipelinedConnection) -> None:
    found = await tail.read(conn, MAPPER, 0, (ScreenshotUploaded,))
    assert (found.events, found.position, found.is_behind) == ([], 0, False)


async def test_a_long_log_is_read_in_stretches(
    conn: PipelinedConnection, match_log: MatchLog
) -> None:
    for event in EXAMPLES.values():
        match_log.append(event)
    position, versions = 0, []
    while True:
        found = await tail.read(conn, MAPPER, position, (ScreenshotUploaded, MatchDeleted), 3)
        versions += [each.event.version for each in found.events]
        position = found.position
        if not found.is_behind:
            break
    assert (position, versions) == (len(EXAMPLES), [1, 7])


@pytest.mark.parametrize("name", sorted(EVERY_EXAMPLE))
def test_what_is_not_asked_for_would_change_nothing(name: str) -> None:
    event = EVERY_EXAMPLE[name]
    if not isinstance(event, wanted_readings.KINDS):
        wanted = Wanted()
        wanted.take(Recorded(1, event))
        assert (wanted.asked, wanted.answered, wanted.erased, wanted.replaced) == ({}, [], [], [])


async def test_deadlines_ask_for_all_that_they_note(
    conn: PipelinedConnection,
) -> None:
    now = EXAMPLES["match.deleted.v1"].cause.occurred_at
    for event in EVERY_EXAMPLE.values():
        if isinstance(event, deadlines.KINDS):
            continue
        await conn.execute(
            """
            INSERT INTO log.confirmation_deadlines (
                match_id, request_id, correlation_id, remind_at, expires_at
            )
            VALUES (%s, %s, %s, now(), now())
            ON CONFLICT DO NOTHING
            """,
            [event.match_id, event.match_id, event.match_id],
        )
        await deadlines.follow(conn, [Recorded(1, event)], 1, now)
        cursor = await conn.execute("SELECT remind_at FROM log.confirmation_deadlines")
        assert [row[0] is None for row in await cursor.fetchall()] == [False]


async def test_a_follower_is_told_of_the_kinds_that_it_waits_for_alone(
    conn: PipelinedConnection, match_log: MatchLog
) -> None:
    await tail.listen(conn, (StatsExtracted, MatchDeleted))
    for event in EXAMPLES.values():
        match_log.append(event)
    told = [notification.channel async for notification in conn.notifies(timeout=5, stop_after=2)]
    assert told == ["match.stats_extracted.v1", "match.deleted.v1"]


async def test_what_is_told_with_the_answer_to_a_question_wakes_at_once(
    conn: PipelinedConnection, match_log: MatchLog
) -> None:
    await tail.listen(conn, (ScreenshotUploaded,))
    match_log.append(UPLOADED)
    await tail.read(conn, MAPPER, 0, (ScreenshotUploaded,))
    async with asyncio.timeout(5):
        await notified(conn, seconds=60)
