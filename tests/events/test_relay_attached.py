"""The screenshot of the other player: it is read, unless nobody waits for it any more."""

from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace
from nats.aio.client import Client

from events.base import Cause
from events.log import MatchLog
from events.matches import ConfirmationRequested, MatchEvent, ScreenshotAttached
from events.relay import Relay
from tests.events.relays import all_sent, checkpoint_reaches, published, running, until
from tests.examples import ASKED, BETWEEN_PLAYERS, ERASED, EXAMPLES, OWNER_ID, UPLOADED, cause

pytestmark = pytest.mark.anyio

WAITING = "SELECT array_agg(request_id) = %(ids)s::uuid[] FROM log.pending_readings"
NONE_WAITS = "SELECT count(*) = 0 FROM log.pending_readings"


def attached(version: int) -> ScreenshotAttached:
    example = BETWEEN_PLAYERS["match.screenshot_attached.v1"]
    assert isinstance(example, ScreenshotAttached)
    return replace(example, version=version, cause=anew(), screenshot=f"{version:064}")


def anew() -> Cause:
    return replace(cause(), command_id=uuid4())


def asked(version: int, **changes: Any) -> ConfirmationRequested:
    return replace(ASKED, version=version, cause=anew(), **changes)


def begin(match_log: MatchLog) -> None:
    """A match that was read, confirmed and asked about: three events and the request."""
    for version, name in enumerate(("stats_extracted", "stats_confirmed"), 2):
        if version == 2:
            match_log.append(UPLOADED)
        match_log.append(replace(EXAMPLES[f"match.{name}.v1"], version=version))
    match_log.append(asked(4))


async def test_an_attached_screenshot_is_sent_to_be_read(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    begin(match_log)
    one = attached(5)
    match_log.append(one)
    async with running(Relay(database, bus)):
        assert await published(bus, 1) == [one.id]
        await all_sent(database)
        extracted = EXAMPLES["match.stats_extracted.v1"]
        match_log.append(replace(extracted, version=6, cause=anew(), request_id=one.id))
        await until(database, NONE_WAITS)


async def test_a_later_screenshot_takes_the_place_of_an_earlier_one(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    begin(match_log)
    first, second = attached(5), attached(6)
    match_log.append(first)
    async with running(Relay(database, bus)):
        assert await published(bus, 1) == [first.id]
        match_log.append(second)
        assert await published(bus, 1) == [second.id]
        await until(database, WAITING, ids=[second.id])


@pytest.mark.parametrize("sends", [0, 1])
@pytest.mark.parametrize(
    "end",
    [
        BETWEEN_PLAYERS["match.friend_erased.v1"],
        ERASED,
        asked(6),
    ],
    ids=["friend erased", "match erased", "asked anew"],
)
async def test_nobody_waits_for_a_screenshot_after_the_end(
    database: str, match_log: MatchLog, bus: Client, end: MatchEvent, sends: int
) -> None:
    begin(match_log)
    match_log.append(attached(5))
    relay = Relay(database, bus)
    if sends:
        async with running(relay):
            await all_sent(database)
    match_log.append(replace(end, version=6, cause=anew()))
    async with running(relay):
        await checkpoint_reaches(database, match_log.head())
        await until(database, NONE_WAITS)


async def test_a_screenshot_is_waited_for_when_a_correction_asks_again(
    database: str, match_log: MatchLog, bus: Client
) -> None:
    begin(match_log)
    one = attached(5)
    match_log.append(one)
    match_log.append(asked(6, player_id=OWNER_ID, code_hash=None))
    async with running(Relay(database, bus)):
        await checkpoint_reaches(database, match_log.head())
        await until(database, WAITING, ids=[one.id])
