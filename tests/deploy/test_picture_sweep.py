"""The sweep of pictures: what no match names goes, what is in use stays, counts are set right."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from psycopg_pool import AsyncConnectionPool

from command_api.matches.quotas import Allowance, Quotas
from deploy.picture_sweep import (
    LOCK,
    MOST_ORPHANS,
    ORPHANED_AFTER,
    Swept,
    sweep_pictures,
)
from deploy.screenshots_bucket import BucketOfScreenshots
from deploy.screenshots_folder import FolderOfScreenshots
from events.log import MatchLog
from events.matches import ScreenshotAttached
from events.refusals import Conflict
from events.screenshots import ScreenshotMissing, Screenshots, new_key, thumbnail_of
from events.statement_pool import StatementPool
from ocr_service.app import keep_thumbnail
from tests.buckets import new_bucket, s3_server
from tests.examples import FRIEND_ID, OWNER_ID, UPLOADED, cause

pytestmark = pytest.mark.anyio

PICTURE = [bytes(100)]
A_MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Screenshots:
    if request.param == "folder":
        return FolderOfScreenshots(tmp_path)
    return BucketOfScreenshots(new_bucket(request.getfixturevalue("endpoint")))


@pytest.fixture
def later() -> datetime:
    """A time at which what is stored now is old enough to be looked at."""
    return datetime.now(UTC) + ORPHANED_AFTER + A_MINUTE


async def put(store: Screenshots, match_id: UUID) -> str:
    return await put_by(store, OWNER_ID, match_id)


async def put_by(store: Screenshots, player_id: UUID, match_id: UUID) -> str:
    key = new_key(player_id, match_id)
    await store.put(key, PICTURE, "image/png")
    return key


def begin(match_log: MatchLog, match_id: UUID, key: str) -> None:
    why = replace(cause(), command_id=uuid4())
    match_log.append(replace(UPLOADED, match_id=match_id, screenshot=key, cause=why))


async def keys(store: Screenshots) -> set[str]:
    return {stored.key async for stored in store.stored()}


async def test_a_picture_without_a_match_goes_after_a_day_and_others_stay(
    database: str, store: Screenshots, match_log: MatchLog, later: datetime
) -> None:
    match_id = uuid4()
    named, unnamed, orphan = [
        await put(store, match_id),
        await put(store, match_id),
        await put(store, uuid4()),
    ]
    begin(match_log, match_id, named)
    assert await sweep_pictures(database, store, later - 2 * A_MINUTE) == Swept()
    assert await keys(store) == {named, unnamed, orphan}
    assert await sweep_pictures(database, store, later) == Swept(orphans=2)
    assert await keys(store) == {named}


async def test_a_thumbnail_stays_and_goes_with_its_picture(
    database: str, store: Screenshots, match_log: MatchLog, later: datetime
) -> None:
    match_id = uuid4()
    named, orphan = await put(store, match_id), await put(store, uuid4())
    begin(match_log, match_id, named)
    for key in (named, orphan):
        await keep_thumbnail(store, key, b"small")
    assert await keys(store) == {named, thumbnail_of(named), orphan, thumbnail_of(orphan)}
    assert await sweep_pictures(database, store, later) == Swept(orphans=2)
    assert await keys(store) == {named, thumbnail_of(named)}


async def test_no_thumbnail_outlives_a_picture_that_was_erased_meanwhile(
    store: Screenshots,
) -> None:
    key = await put(store, uuid4())
    await store.delete(key)
    await keep_thumbnail(store, key, b"small")
    assert await keys(store) == set()


async def test_pictures_of_another_log_are_left_alone(
    database: str, store: Screenshots, later: datetime
) -> None:
    for _ in range(MOST_ORPHANS + 1):
        await put(store, uuid4())
    assert await sweep_pictures(database, store, later) == Swept()
    assert len(await keys(store)) == MOST_ORPHANS + 1


async def test_unfinished_files_go_after_an_hour(database: str, tmp_path: Path) -> None:
    store = FolderOfScreenshots(tmp_path)
    left = tmp_path / f"{await put(store, uuid4())}.12345678.unfinished"
    left.write_bytes(b"half")
    now = datetime.now(UTC)
    assert await sweep_pictures(database, store, now + 59 * A_MINUTE) == Swept()
    assert await sweep_pictures(database, store, now + 61 * A_MINUTE) == Swept(unfinished=1)
    assert not left.exists()


async def test_counts_that_differ_from_the_store_are_set_right(
    database: str, store: Screenshots, statements: StatementPool, later: datetime
) -> None:
    quotas = Quotas(statements, store, Allowance(stored_bytes=1000, waiting=100))
    await quotas.charge(OWNER_ID, uuid4(), 1000)  # and then it was cut off
    await put(store, uuid4())
    assert await sweep_pictures(database, store, datetime.now(UTC)) == Swept()
    with pytest.raises(Conflict):
        await quotas.charge(OWNER_ID, uuid4(), 1)
    assert (await sweep_pictures(database, store, datetime.now(UTC) + 6 * A_MINUTE)).recounted == 1
    await quotas.charge(OWNER_ID, uuid4(), 900)
    assert (await sweep_pictures(database, store, later)).orphans == 1


async def test_one_sweep_runs_at_a_time(
    database: str, store: Screenshots, pool: AsyncConnectionPool[Any], later: datetime
) -> None:
    key = await put(store, uuid4())
    async with pool.connection() as conn:
        await conn.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        assert await sweep_pictures(database, store, later) == Swept()
        assert await store.get(key)
    await sweep_pictures(database, store, later)
    with pytest.raises(ScreenshotMissing):
        await store.get(key)


async def test_the_screenshot_of_the_other_player_stays_while_their_orphans_go(
    database: str, store: Screenshots, match_log: MatchLog, later: datetime
) -> None:
    match_id = uuid4()
    own = await put(store, match_id)
    begin(match_log, match_id, own)
    replaced, attached, orphan = [await put_by(store, FRIEND_ID, match_id) for _ in range(3)]
    for version, key in enumerate((replaced, attached), 2):
        match_log.append(
            ScreenshotAttached(
                match_id=match_id,
                version=version,
                cause=replace(cause(), command_id=uuid4()),
                player_id=FRIEND_ID,
                screenshot=key,
                media_type="image/png",
                width=2400,
                height=1080,
            )
        )
    assert await sweep_pictures(database, store, later) == Swept(orphans=1)
    assert orphan not in await keys(store)
    # What a later one replaced is named in the history all the same.
    assert await keys(store) == {own, replaced, attached}
