"""Quotas as a player meets them: a plain refusal, and room again once pictures were read."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.answers import assert_refused
from tests.deploy.processes import wait_for
from tests.faults.killing import kill
from tests.journeys.copies import Copy, running_copy
from tests.journeys.players import Player

PENDING = 5
ROOM_FOR = 8  # pictures
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture(scope="module")
def strict(noise: bytes) -> Iterator[Copy]:
    with running_copy(
        TRACKER_RATE_LIMITS="off",
        TRACKER_QUOTA_PENDING=str(PENDING),
        TRACKER_QUOTA_BYTES=str(ROOM_FOR * len(noise)),
    ) as copy:
        yield copy


def test_parallel_uploads_pass_up_to_the_quota_and_again_after_reading(
    strict: Copy, noise: bytes
) -> None:
    player = Player(strict)
    assert kill(strict, "ocr", signal.SIGSTOP)  # nobody reads them before
    try:
        with ThreadPoolExecutor(10) as threads:
            uploads = range(2 * PENDING)
            answers = list(threads.map(lambda _: player.upload(noise, headers=ASYNC), uploads))
        assert sorted(answer.status_code for answer in answers) == [202] * PENDING + [429] * PENDING
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert_refused(refused, 429)
        assert int(refused.headers["Retry-After"]) > 0
        kill(strict, "ocr", signal.SIGCONT)
        matches = "/api/matches/"
        wait_for(
            lambda: [m["status"] != "processing" for m in player.get(matches)] == [True] * PENDING
        )
        for _ in range(ROOM_FOR - PENDING):
            assert player.upload(noise).status_code == 201
        full = player.upload(noise)
        assert_refused(full, 409)
        assert "take up the" in full.json()["detail"]
        kept = next(answer for answer in answers if answer.status_code == 202)
        assert player.http.delete(kept.headers["Location"]).status_code == 204
        assert player.upload(noise).status_code == 409  # it can be restored
    finally:
        kill(strict, "ocr", signal.SIGCONT)
        player.http.close()
