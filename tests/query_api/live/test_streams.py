"""Streams over real read models: nothing is lost and nothing comes twice, however they are cut."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import revocations
from events.matches import MatchEvent
from events.refusals import Invalid
from events.stats import Pair
from projections.advance import advance
from projections.catalogue import MATCHES
from projections.changes import KINDS
from projections.connecting import connect
from projections.places import LivePlace
from query_api.live import messages
from query_api.live.stream import MOST_WAITING_BYTES, Pace
from tests.projections.histories import Happened, empty, happenings, store, told
from tests.query_api.live.clients import (
    PLAYER,
    WITHIN,
    Client,
    access,
    connected,
    cut_off,
    streams_of,
)

pytestmark = pytest.mark.anyio

PLACE = LivePlace(MATCHES)
MANY = 400


def project(database: str, limit: int) -> int:
    """Project so many events; gives the number of those that there were."""
    with connect(database, "test") as conn:
        return advance(conn, MATCHES, PLACE, limit=limit).events


def begin(database: str, events: list[MatchEvent]) -> None:
    """A log of these, of which nothing is projected yet."""
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("TRUNCATE log.events")
        empty(conn)
        store(conn, events)


def of_player(events: Sequence[MatchEvent]) -> list[tuple[int, str]]:
    """What the player has to hear of a log that begins with these."""
    owners = {event.match_id: getattr(event, "owner_id", None) for event in reversed(events)}
    return [
        (position, KINDS[type(event)])
        for position, event in enumerate(events, start=1)
        if owners[event.match_id] == PLAYER.user_id
    ]


async def hear(
    database: str, expected: list[tuple[int, str]], cuts: list[tuple[int, bool]]
) -> list[tuple[int, str]]:
    """What a client hears that is cut off again and again while more is projected."""
    heard: list[tuple[int, str]] = []
    last_id = "0"
    steps = iter([*cuts, (500, False)])
    async with streams_of(database) as streams:
        is_done = False
        while not is_done:
            app = await streams.stream(access(), None, last_id)
            async with connected(app, client := Client()):
                for limit, is_cut in steps:
                    await asyncio.to_thread(project, database, limit)
                    if is_cut:
                        break
                else:
                    is_done = True
                    await client.until_told(len(expected) - len(heard))
            heard += client.told
            last_id = client.last_id or last_id
    return heard


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happenings, st.lists(st.tuples(st.integers(1, 7), st.booleans()), max_size=8))
def test_however_a_stream_is_cut_everything_comes_once_and_in_order(
    database: str, happened: Happened, cuts: list[tuple[int, bool]]
) -> None:
    events = told([what for what in happened if what[1] != "erase"])
    begin(database, events)
    expected = of_player(events)
    assert asyncio.run(hear(database, expected, cuts)) == expected


async def test_a_client_that_is_too_slow_for_the_buffer_gets_everything_later(
    database: str,
) -> None:
    events = told([(0, "confirm", Pair(1, 1), {}, 0) for _ in range(MANY)])
    begin(database, events)
    async with streams_of(database) as streams:
        app = await streams.stream(access(), None, None)
        other = await streams.stream(access(), None, None)
        async with connected(app, client := Client()), connected(other, quick := Client()):
            await client.until(lambda: client.last_id == "0")
            client.hold()
            while await asyncio.to_thread(project, database, 50):
                pass
            await quick.until_told(MANY)
            assert len(client.told) < MANY
            client.go_on()
            await client.until_told(MANY)
    assert client.told == quick.told == of_player(events)
    assert len(client.body) > 2 * MOST_WAITING_BYTES


async def test_a_stream_ends_with_its_token(database: str) -> None:
    async with streams_of(database) as streams:
        app = await streams.stream(access(timedelta(seconds=0.2)), None, None)
        async with connected(app, client := Client()):
            await client.until(lambda: client.is_over)
        assert client.body.endswith(b'event: bye\ndata: {"reason":"token_expired"}\n\n')
        assert len(streams) == 0


async def test_a_stream_ends_with_its_session(database: str) -> None:
    async with streams_of(database) as streams:
        app = await streams.stream(access(), None, None)
        async with connected(app, client := Client()):
            await client.until(lambda: client.last_id is not None)
            with psycopg.connect(database, autocommit=True) as conn:
                ended = str(PLAYER.session_id)
                conn.execute("SELECT pg_notify(%s, %s)", (revocations.CHANNEL, ended))
            await client.until(lambda: client.is_over)
        assert client.body.endswith(b'{"reason":"session_ended"}\n\n')


async def test_a_silent_stream_sends_comments(database: str) -> None:
    async with streams_of(database, Pace(beat=0.02)) as streams:
        app = await streams.stream(access(), None, None)
        async with connected(app, client := Client()):
            await client.until(lambda: client.body.endswith(2 * messages.BEAT))


async def test_a_client_that_takes_nothing_is_cut_off(database: str) -> None:
    async with streams_of(database, Pace(beat=0.01, stuck=0.02)) as streams:
        app = await streams.stream(access(), None, None)
        client = Client()
        client.hold()
        await cut_off(app, client)
        assert (client.body, len(streams)) == (b"", 0)


@pytest.mark.parametrize("life", [0.1, 600])
async def test_a_client_that_takes_nothing_holds_up_no_end(database: str, life: float) -> None:
    async with streams_of(database, Pace(last_word=0.02)) as streams:
        app = await streams.stream(access(timedelta(seconds=life)), None, None)
        client = Client()
        client.hold()
        ending = asyncio.create_task(cut_off(app, client))
        await client.until(lambda: client.is_offered)
        if life > WITHIN:
            streams.end_all()
        await ending
        assert not client.is_over


async def test_streams_end_before_the_process_does(database: str) -> None:
    async with streams_of(database) as streams:
        app = await streams.stream(access(), None, None)
        async with connected(app, client := Client()):
            await client.until(lambda: client.last_id is not None)
            streams.end_all()
            await client.until(lambda: client.is_over)
        assert client.body.endswith(b'{"reason":"stopping"}\n\n')


@pytest.mark.parametrize("place", ["", "2", "-0", "0x1", "1" * 30, "\u0661"])
async def test_a_place_beyond_the_log_is_refused(database: str, place: str) -> None:
    begin(database, told([(0, "confirm", Pair(1, 1), {}, 0)]))
    async with streams_of(database) as streams:
        await streams.stream(access(), None, "1")
        with pytest.raises(Invalid):
            await streams.stream(access(), None, place)
