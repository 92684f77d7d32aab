"""A running copy whose pictures lie in a bucket: uploaded, read, shown, and refused while away."""

import time
from collections.abc import Iterator

import httpx
import pytest
from moto.server import ThreadedMotoServer

from tests.buckets import new_bucket
from tests.contract.answers import assert_refused
from tests.deploy.processes import free_port
from tests.journeys.copies import running_copy
from tests.journeys.players import Player
from tests.plain_http import NO_CERTIFICATES


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture
def s3(port: int) -> Iterator[ThreadedMotoServer]:
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    yield server
    server.stop()


def test_pictures_live_in_a_bucket_and_nothing_is_lost_while_it_is_away(
    s3: ThreadedMotoServer, port: int, noise: bytes
) -> None:
    bucket = new_bucket(f"http://127.0.0.1:{port}")
    with running_copy(
        TRACKER_SCREENSHOTS=f"s3://{bucket.name}/pictures",
        TRACKER_S3_ENDPOINT=bucket.endpoint,
        TRACKER_S3_KEY_ID=bucket.key_id,
        TRACKER_S3_SECRET=bucket.secret,
    ) as copy:
        player = Player(copy)
        uploaded = player.upload(noise)
        assert (uploaded.status_code, uploaded.json()["status"]) == (201, "failed")
        shown = player.http.get(uploaded.json()["screenshot"])
        assert (shown.status_code, shown.headers["Cache-Control"]) == (307, "no-store")
        picture = httpx.get(shown.headers["Location"], trust_env=False, verify=NO_CERTIFICATES)
        assert (picture.content, picture.headers["Content-Type"]) == (noise, "image/png")
        assert not (copy.folder / "screenshots").exists()
        s3.stop()
        began_at = time.monotonic()
        refused = player.upload(noise)
        assert time.monotonic() - began_at < 3
        assert_refused(refused, 503)
        assert int(refused.headers["Retry-After"]) > 0
        assert len(player.get("/api/matches/")) == 1
        player.http.close()
