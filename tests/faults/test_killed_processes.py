"""Processes of a running system are killed: answers are late, never wrong and never lost."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.deploy.processes import wait_for
from tests.faults.blows import wipe_nats
from tests.faults.killing import kill
from tests.faults.readiness import is_ready
from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them"
)


@pytest.fixture
def victim(system: Copy) -> Iterator[Player]:
    """A player of the system that is about to break."""
    player = Player(system)
    yield player
    player.http.close()


def outcome(player: Player, path: str) -> Any:
    """The match once its picture was read."""

    def is_read() -> bool:
        try:
            answer = player.http.get(path)
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and answer.json()["status"] != "processing"

    wait_for(is_read)
    return player.get(path)


def scores(player: Player, position: str) -> dict[str, tuple[int, int]]:
    """What the list shows at `position` or later: after a crash read models have to catch up."""
    matches = player.get("/api/matches/", **{"Event-Position": position})
    return {match["id"]: (match["score_user"], match["score_opponent"]) for match in matches}


@pytest.mark.parametrize("part", ["ocr", "reader", "followers", "nats"])
def test_a_part_killed_during_an_upload_only_delays_the_answer(
    system: Copy, victim: Player, part: str
) -> None:
    picture, truth = drawn(seed=21)
    uploaded = victim.upload(picture, headers={"Prefer": "respond-async"}, side="left")
    assert kill(system, part)
    assert uploaded.status_code == 202
    match = outcome(victim, uploaded.headers["Location"])
    assert match["status"] == "extracted"
    read = match["extracted_data"]
    assert (read["score_user"], read["score_opponent"]) == truth.score
    assert len(victim.get(f"{uploaded.headers['Location']}history/")) == 2


@pytest.mark.parametrize("part", ["ocr", "nats"])
def test_an_upload_is_taken_while_a_part_is_down(system: Copy, victim: Player, part: str) -> None:
    picture, _ = drawn(seed=22)
    kill(system, part)
    uploaded = victim.upload(picture, headers={"Prefer": "wait=30"})
    assert uploaded.status_code == 201
    assert uploaded.json()["status"] == "extracted"


def test_pictures_that_wait_in_a_nats_that_loses_everything_are_read_once(
    system: Copy, victim: Player
) -> None:
    pictures = [drawn(seed) for seed in (25, 26)]
    assert kill(system, "ocr", signal.SIGSTOP)  # nobody reads them before
    try:
        sent = [victim.upload(p, headers={"Prefer": "respond-async"}) for p, _ in pictures]
        wipe_nats(system)
        sent.append(victim.upload(pictures[0][0], headers={"Prefer": "respond-async"}))
    finally:
        kill(system, "ocr", signal.SIGCONT)
    for uploaded in sent:
        assert uploaded.status_code == 202
        assert outcome(victim, uploaded.headers["Location"])["status"] == "extracted"
        assert len(victim.get(f"{uploaded.headers['Location']}history/")) == 2


def test_what_was_confirmed_outlives_a_killed_database(system: Copy, victim: Player) -> None:
    picture, _ = drawn(seed=23)
    uploaded = victim.upload(picture, score_user="3", score_opponent="0")
    match, position = uploaded.json(), uploaded.headers["Event-Position"]
    kill(system, "postgres")
    answer = victim.http.get("/api/matches/")
    assert answer.status_code in {200, 503}
    assert answer.status_code == 200 or answer.json()["detail"]
    wait_for(lambda: is_ready(system))
    assert scores(victim, position) == {match["id"]: (3, 0)}
    corrected = victim.http.patch(f"/api/matches/{match['id']}/", json={"score_opponent": 1})
    assert corrected.status_code == 200
    assert victim.get("/api/stats/summary/")["goals_conceded"] == 1


def test_what_was_confirmed_outlives_a_killed_api(system: Copy, victim: Player) -> None:
    picture, _ = drawn(seed=24)
    uploaded = victim.upload(picture, score_user="3", score_opponent="0")
    match, position = uploaded.json(), uploaded.headers["Event-Position"]
    kill(system, "api")
    wait_for(lambda: is_ready(system))
    assert scores(victim, position) == {match["id"]: (3, 0)}


def test_readyz_names_the_part_that_is_down(system: Copy, victim: Player) -> None:
    kill(system, "nats", signal.SIGSTOP)  # it hangs, and nothing restarts it
    try:
        wait_for(lambda: "broker" in system.ask("GET", "/readyz").json().get("detail", ""))
        assert system.ask("GET", "/readyz").status_code == 503
        assert system.ask("GET", "/healthz").status_code == 200
    finally:
        kill(system, "nats", signal.SIGCONT)
    wait_for(lambda: is_ready(system))
    assert victim.get("/api/matches/") == []
