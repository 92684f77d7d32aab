"""What is given for a picture: itself, its thumbnail, or where a bucket has it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from msgspec.structs import replace

from deploy.screenshots_bucket import BucketOfScreenshots
from deploy.screenshots_folder import FolderOfScreenshots
from events.media import Size
from events.refusals import NotFound
from events.screenshots import Screenshots, new_key, thumbnail_of
from projections.advance import advance
from projections.catalogue import MATCHES
from projections.places import LivePlace
from query_api.pictures import NO_THUMBNAIL_SECONDS, picture_answer, picture_of
from tests.buckets import new_bucket, s3_server
from tests.examples import MATCH_ID, OWNER_ID, UPLOADED
from tests.pools import statement_pool
from tests.projections.histories import store as store_events

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


@pytest.mark.parametrize("size", Size)
async def test_where_the_owner_took_the_picture_along_it_is_said_to_be_gone(
    store: Screenshots, size: Size
) -> None:
    with pytest.raises(NotFound):
        await picture_answer(store, "", "image/png", size, 600)


@pytest.mark.parametrize("player_id", [None, OWNER_ID], ids=["by address", "with token"])
async def test_from_the_erasure_on_nobody_sees_the_picture(
    database: str, player_id: UUID | None
) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        store_events(conn, [replace(UPLOADED, screenshot=KEY)])
        conn.execute(
            """
            INSERT INTO accounts.players
                (id, email, email_folded, password_hash, password_changed_at, created_at)
            VALUES (%s, 'a@example.com', 'a@example.com', 'x', now(), now())
            """,
            (OWNER_ID,),
        )
        advance(conn, MATCHES, LivePlace(MATCHES))
        async with statement_pool(database) as pool:
            assert await picture_of(pool, MATCH_ID, player_id) == (KEY, UPLOADED.media_type)
            # What comes next is taken away later, row by row.
            conn.execute(
                """
                UPDATE accounts.players
                SET email = NULL, email_folded = NULL, password_hash = NULL, erased_at = now()
                """
            )
            with pytest.raises(NotFound):
                await picture_of(pool, MATCH_ID, player_id)
