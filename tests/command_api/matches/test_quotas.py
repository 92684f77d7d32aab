"""The quotas: exact under parallel uploads, freed by what the log says, made again when lost."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from psycopg_pool import AsyncConnectionPool

from command_api.matches.quotas import BEGINS_WITHIN, Allowance, Quotas
from deploy.screenshots_folder import FolderOfScreenshots
from events.log import MatchLog
from events.matches import MatchEvent
from events.refusals import Conflict, TooManyRequests
from events.screenshots import new_key
from events.statement_pool import StatementPool
from tests.examples import ASKED, EVERY_EXAMPLE, EXAMPLES, NOON, OWNER_ID, UPLOADED, cause
from tests.pools import statement_pool

pytestmark = pytest.mark.anyio

ALLOWANCE = Allowance(stored_bytes=1000, waiting=3)
STRANGER_ID = UUID(int=77)
ATTACHED = EVERY_EXAMPLE["match.screenshot_attached.v1"]


@pytest.fixture
def store(tmp_path: Path) -> FolderOfScreenshots:
    return FolderOfScreenshots(tmp_path)


@pytest.fixture
def quotas(statements: StatementPool, store: FolderOfScreenshots) -> Quotas:
    return Quotas(statements, store, ALLOWANCE)


def of_match(match_id: UUID, *events: MatchEvent) -> Sequence[MatchEvent]:
    """The events one after another, as those of this match."""
    return [
        replace(
            event, match_id=match_id, version=version, cause=replace(cause(), command_id=uuid4())
        )
        for version, event in enumerate(events, 1)
    ]


async def test_bytes_are_counted_up_to_the_last(quotas: Quotas) -> None:
    await quotas.charge(OWNER_ID, uuid4(), 999)
    with pytest.raises(Conflict, match="take up the 1000 bytes that one player may keep"):
        await quotas.charge(OWNER_ID, uuid4(), 2)
    await quotas.charge(OWNER_ID, uuid4(), 1)
    await quotas.charge(STRANGER_ID, uuid4(), 1000)


async def test_what_is_given_back_can_be_used_again(quotas: Quotas) -> None:
    match_id = uuid4()
    await quotas.charge(OWNER_ID, match_id, 1000)
    await quotas.give_back(OWNER_ID, 1000, match_id)
    for _ in range(3):
        await quotas.charge(OWNER_ID, uuid4(), 300)
    with pytest.raises(TooManyRequests, match="3 of your pictures wait to be read") as refusal:
        await quotas.charge(OWNER_ID, uuid4(), 1)
    assert refusal.value.retry_after > 0


async def test_a_match_waits_once_however_often_it_is_asked_for(quotas: Quotas) -> None:
    match_id = uuid4()
    for _ in range(10):
        await quotas.charge(OWNER_ID, match_id, 0)


@pytest.mark.parametrize("outcome", ["match.stats_extracted.v1", "match.extraction_failed.v1"])
async def test_a_match_that_was_read_waits_no_more(
    quotas: Quotas, match_log: MatchLog, outcome: str
) -> None:
    matches = [uuid4() for _ in range(3)]
    for match_id in matches:
        await quotas.charge(OWNER_ID, match_id, 1)
        match_log.append(*of_match(match_id, UPLOADED)[:1])
    with pytest.raises(TooManyRequests):
        await quotas.charge(OWNER_ID, uuid4(), 1)
    match_log.append(of_match(matches[0], UPLOADED, EXAMPLES[outcome])[1])
    await quotas.charge(OWNER_ID, uuid4(), 1)
    with pytest.raises(TooManyRequests):
        await quotas.charge(OWNER_ID, uuid4(), 1)


async def test_a_match_that_is_read_again_waits_again(quotas: Quotas, match_log: MatchLog) -> None:
    read, again = EXAMPLES["match.stats_extracted.v1"], EXAMPLES["match.extraction_requested.v1"]
    confirmed = EXAMPLES["match.stats_confirmed.v1"]
    for _ in range(3):
        match_id = uuid4()
        await quotas.charge(OWNER_ID, match_id, 0)
        for event in of_match(match_id, UPLOADED, read, again, confirmed):
            match_log.append(event)
    with pytest.raises(TooManyRequests):
        await quotas.charge(OWNER_ID, uuid4(), 1)


@pytest.mark.parametrize(
    ("then", "is_waiting"),
    [
        ("match.confirmation_requested.v1", False),
        ("match.friend_erased.v1", False),
        ("match.erased.v1", False),
        ("match.confirmation_reminded.v1", True),
    ],
)
async def test_an_attached_picture_that_nobody_reads_any_more_waits_no_more(
    quotas: Quotas, match_log: MatchLog, then: str, *, is_waiting: bool
) -> None:
    read, attached = EXAMPLES["match.stats_extracted.v1"], ATTACHED
    for _ in range(3):
        match_id = uuid4()
        await quotas.charge(OWNER_ID, match_id, 1)
        for event in of_match(match_id, UPLOADED, read, attached, EVERY_EXAMPLE[then]):
            match_log.append(event)
    if is_waiting:
        with pytest.raises(TooManyRequests):
            await quotas.charge(OWNER_ID, uuid4(), 1)
    else:
        await quotas.charge(OWNER_ID, uuid4(), 1)


async def test_a_request_for_confirmation_ends_no_waiting_for_the_own_picture(
    quotas: Quotas, match_log: MatchLog
) -> None:
    for _ in range(3):
        match_id = uuid4()
        await quotas.charge(OWNER_ID, match_id, 1)
        for event in of_match(match_id, UPLOADED, EXAMPLES["match.stats_confirmed.v1"], ASKED):
            match_log.append(event)
    with pytest.raises(TooManyRequests):
        await quotas.charge(OWNER_ID, uuid4(), 1)


async def test_an_upload_that_never_began_its_match_is_forgotten(quotas: Quotas) -> None:
    for _ in range(3):
        await quotas.charge(OWNER_ID, uuid4(), 1, NOON)
    with pytest.raises(TooManyRequests):
        await quotas.charge(OWNER_ID, uuid4(), 1, NOON + BEGINS_WITHIN - timedelta(seconds=1))
    await quotas.charge(OWNER_ID, uuid4(), 1, NOON + BEGINS_WITHIN)


async def test_lost_counts_are_made_again_from_the_store(
    quotas: Quotas, store: FolderOfScreenshots, pool: AsyncConnectionPool[Any]
) -> None:
    for owner, size in ((OWNER_ID, 600), (OWNER_ID, 300), (STRANGER_ID, 500)):
        await store.put(new_key(owner, uuid4()), [bytes(size)], "image/png")
    await quotas.charge(OWNER_ID, uuid4(), 100)
    with pytest.raises(Conflict):
        await quotas.charge(OWNER_ID, uuid4(), 1)


async def test_of_many_at_once_no_more_pass_than_there_is_room_for(
    database: str, store: FolderOfScreenshots
) -> None:
    allowance = Allowance(stored_bytes=1000, waiting=15)

    async def outcomes(pool: StatementPool, player_id: UUID, size: int) -> list[object]:
        quotas = Quotas(pool, store, allowance)
        charges = (quotas.charge(player_id, uuid4(), size) for _ in range(20))
        return list(await asyncio.gather(*charges, return_exceptions=True))

    async with (
        statement_pool(database, 8) as one,
        statement_pool(database, 8) as other,
    ):
        by_bytes = await asyncio.gather(outcomes(one, OWNER_ID, 90), outcomes(other, OWNER_ID, 90))
        by_count = await asyncio.gather(
            outcomes(one, STRANGER_ID, 1), outcomes(other, STRANGER_ID, 1)
        )
    assert sorted(str(type(o).__name__) for each in by_bytes for o in each) == (
        ["Conflict"] * 29 + ["NoneType"] * 11
    )
    assert sorted(str(type(o).__name__) for each in by_count for o in each) == (
        ["NoneType"] * 15 + ["TooManyRequests"] * 25
    )
