"""What every store of pictures promises, and what each does when its disk or server is gone."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from msgspec.structs import replace

from deploy.screenshots_bucket import BucketOfScreenshots
from deploy.screenshots_folder import FolderOfScreenshots
from deploy.screenshots_store import open_screenshots
from deploy.setting_forms import BadSetting, BucketAddress
from deploy.settings import Settings
from events.refusals import Unavailable
from events.screenshots import (
    ScreenshotMissing,
    Screenshots,
    Stored,
    delete_all_of,
    new_key,
    place_of,
)
from tests.buckets import new_bucket, s3_server
from tests.examples import MATCH_ID, OWNER_ID, SCREENSHOT
from tests.plain_http import NO_CERTIFICATES

pytestmark = pytest.mark.anyio

PARTS = (b"one ", memoryview(b"another "), b"", b"last")
PICTURE = b"one another last"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(params=["folder", "bucket", "whole bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Screenshots:
    if request.param == "folder":
        return FolderOfScreenshots(tmp_path / "not" / "made" / "yet")
    prefix = "" if request.param == "whole bucket" else "in/here"
    return BucketOfScreenshots(new_bucket(request.getfixturevalue("endpoint"), prefix))


async def listed(pictures: AsyncIterator[Stored]) -> list[Stored]:
    return sorted([stored async for stored in pictures], key=lambda stored: stored.key)


async def test_a_picture_comes_back_as_it_was_put(store: Screenshots) -> None:
    key = new_key(OWNER_ID, MATCH_ID)
    await store.put(key, PARTS, "image/png")
    assert await store.get(key) == PICTURE


async def test_a_picture_that_is_not_there_is_missing(store: Screenshots) -> None:
    key = new_key(OWNER_ID, MATCH_ID)
    with pytest.raises(ScreenshotMissing):
        await store.get(key)
    await store.put(key, PARTS, "image/png")
    await store.delete(key)
    await store.delete(key)
    with pytest.raises(ScreenshotMissing):
        await store.get(key)


async def test_pictures_are_listed_with_size_and_time(store: Screenshots) -> None:
    assert await listed(store.stored()) == []
    keys = sorted(new_key(owner, uuid4()) for owner in (OWNER_ID, OWNER_ID, uuid4()))
    for key in keys:
        await store.put(key, PARTS, "image/png")
    found = await listed(store.stored())
    assert [(stored.key, stored.size) for stored in found] == [(key, 16) for key in keys]
    for stored in found:
        assert abs(datetime.now(UTC) - stored.stored_at) < timedelta(minutes=1)


async def test_all_pictures_of_one_owner_are_deleted_and_no_others(store: Screenshots) -> None:
    stranger = new_key(uuid4(), MATCH_ID)
    for key in (stranger, new_key(OWNER_ID, uuid4()), new_key(OWNER_ID, uuid4())):
        await store.put(key, PARTS, "image/png")
    assert len(await listed(store.stored(OWNER_ID))) == 2
    assert await delete_all_of(OWNER_ID, store) == 2
    assert await delete_all_of(OWNER_ID, store) == 0
    assert [stored.key for stored in await listed(store.stored())] == [stranger]


def test_a_key_says_whose_picture_it_is_and_nothing_of_its_content() -> None:
    one, other = new_key(OWNER_ID, MATCH_ID), new_key(OWNER_ID, MATCH_ID)
    assert one != other
    place = place_of(one)
    assert place is not None
    assert (place.owner_id, place.match_id) == (OWNER_ID, MATCH_ID)
    assert place_of(SCREENSHOT) is None


async def test_a_folder_keeps_nothing_unfinished_and_tidies_what_was_killed(
    tmp_path: Path,
) -> None:
    store = FolderOfScreenshots(tmp_path)
    key = new_key(OWNER_ID, MATCH_ID)
    await store.put(key, PARTS, "image/png")
    left = tmp_path / f"{key}.1234.unfinished"
    left.write_bytes(b"half a pict")
    begun_at = datetime.fromtimestamp(left.stat().st_mtime, UTC)
    assert [stored.key for stored in await listed(store.stored())] == [key]
    assert await store.tidy(begun_at) == 0
    assert await store.tidy(begun_at + timedelta(seconds=1)) == 1
    assert list(left.parent.iterdir()) == [tmp_path / key]


async def test_a_folder_still_gives_out_pictures_of_before_they_had_owners(tmp_path: Path) -> None:
    store = FolderOfScreenshots(tmp_path)
    await store.put(SCREENSHOT, PARTS, "image/png")
    assert (tmp_path / SCREENSHOT[:2] / SCREENSHOT).read_bytes() == PICTURE
    assert await store.get(SCREENSHOT) == PICTURE
    assert await listed(store.stored()) == []


async def test_a_folder_that_cannot_be_written_is_away_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable):
        await FolderOfScreenshots(tmp_path / "file").put("a/b", PARTS, "image/png")
    with pytest.raises(Unavailable):  # longer than any name may be
        await FolderOfScreenshots(tmp_path).put(f"a/{'b' * 300}", PARTS, "image/png")
    assert list((tmp_path / "a").iterdir()) == []


async def test_a_link_gives_the_picture_with_its_type_and_nothing_without_it(
    endpoint: str,
) -> None:
    bucket = new_bucket(endpoint)
    store = BucketOfScreenshots(bucket)
    key = new_key(OWNER_ID, MATCH_ID)
    await store.put(key, PARTS, "image/webp")
    link = await store.link(key)
    assert link is not None
    assert link.startswith(f"{endpoint}/{bucket.name}/in/here/{key}?X-Amz-")
    async with httpx.AsyncClient(trust_env=False, verify=NO_CERTIFICATES) as browser:
        answer = await browser.get(link)
    assert (answer.content, answer.headers["content-type"]) == (PICTURE, "image/webp")


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def refusing() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize("server", ["silent", "refusing"])
async def test_a_bucket_that_is_away_is_said_to_be_within_three_seconds(
    endpoint: str, server: str, request: pytest.FixtureRequest
) -> None:
    away = replace(new_bucket(endpoint), endpoint=request.getfixturevalue(server))
    store = BucketOfScreenshots(away)
    key = new_key(OWNER_ID, MATCH_ID)
    began_at = time.monotonic()
    outcomes = await asyncio.gather(
        store.put(key, PARTS, "image/png"),
        store.get(key),
        store.delete(key),
        listed(store.stored()),
        return_exceptions=True,
    )
    assert time.monotonic() - began_at < 3
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 4


async def test_a_bucket_that_is_not_ours_is_away(endpoint: str) -> None:
    nobodys = replace(new_bucket(endpoint), name="nobodys")
    with pytest.raises(Unavailable):
        await BucketOfScreenshots(nobodys).put("a/b", PARTS, "image/png")


def test_settings_name_a_folder_or_a_bucket_and_what_opens_it(tmp_path: Path) -> None:
    assert isinstance(open_screenshots(Settings(screenshots=tmp_path)), FolderOfScreenshots)
    settings = Settings(screenshots=BucketAddress("pictures", "here"))
    with pytest.raises(BadSetting, match="TRACKER_S3_KEY_ID is not set"):
        open_screenshots(settings)
    settings = replace(settings, s3_key_id="key", s3_secret="secret")
    assert isinstance(open_screenshots(settings), BucketOfScreenshots)
