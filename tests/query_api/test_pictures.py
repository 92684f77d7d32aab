"""What is given for a picture: itself, its thumbnail, or where a bucket has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.screenshots_bucket import BucketOfScreenshots
from deploy.screenshots_folder import FolderOfScreenshots
from events.media import Size
from events.refusals import NotFound
from events.screenshots import Screenshots, new_key, thumbnail_of
from query_api.pictures import NO_THUMBNAIL_SECONDS, picture_answer
from tests.buckets import new_bucket, s3_server
from tests.examples import MATCH_ID, OWNER_ID

pytestmark = pytest.mark.anyio

KEY = new_key(OWNER_ID, MATCH_ID)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Screenshots:
    if request.param == "folder":
        return FolderOfScreenshots(tmp_path)
    return BucketOfScreenshots(new_bucket(request.getfixturevalue("endpoint")))


async def test_a_thumbnail_is_handed_out_wherever_it_lies(store: Screenshots) -> None:
    await store.put(KEY, [b"large"], "image/png")
    await store.put(thumbnail_of(KEY), [b"small"], "image/webp")
    answer = await picture_answer(store, KEY, "image/png", Size.THUMB, 600)
    assert (answer.content, answer.media_type) == (b"small", "image/webp")
    assert answer.headers["Cache-Control"] == "private, max-age=600"


async def test_until_there_is_a_thumbnail_a_folder_gives_the_whole_for_a_minute(
    tmp_path: Path,
) -> None:
    store = FolderOfScreenshots(tmp_path)
    await store.put(KEY, [b"large"], "image/png")
    answer = await picture_answer(store, KEY, "image/png", Size.THUMB, 600)
    assert (answer.content, answer.media_type) == (b"large", "image/png")
    assert answer.headers["Cache-Control"] == f"private, max-age={NO_THUMBNAIL_SECONDS}"


async def test_a_bucket_is_asked_for_the_whole_picture_by_the_browser_itself(
    endpoint: str,
) -> None:
    store = BucketOfScreenshots(new_bucket(endpoint))
    await store.put(KEY, [b"large"], "image/png")
    for size in Size:
        answer = await picture_answer(store, KEY, "image/png", size, 600)
        assert answer.status_code == 307
        assert f"{KEY}?X-Amz-" in answer.headers["Location"]


async def test_a_picture_that_was_lost_is_said_to_be_gone(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await picture_answer(FolderOfScreenshots(tmp_path), KEY, "image/png", Size.FULL, 600)
