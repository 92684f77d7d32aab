"""The main job from outside: upload a picture, get its numbers, confirm, list, sum up, delete."""

from pathlib import Path
from typing import Any
from uuid import UUID

import cv2
import numpy as np
import pytest

from tests.journeys.copies import Copy
from tests.journeys.pictures import SHARED, drawn, real
from tests.journeys.players import Player

SOME_STATS = '{"possession": {"user": "0", "opponent": "0"}, "shots": {"user": "7", "opponent": 3}}'


def test_a_drawn_screen_goes_all_the_way(player: Player) -> None:
    picture, truth = drawn(seed=7)
    uploaded = player.upload(picture, side="left")
    assert uploaded.status_code == 201
    match = uploaded.json()
    assert match["status"] == "extracted"
    assert truth.score is not None
    read = match["extracted_data"]
    assert (read["score_user"], read["score_opponent"]) == truth.score
    assert read["stats"] == {k: {"user": v[0], "opponent": v[1]} for k, v in truth.stats.items()}

    path = f"/api/matches/{match['id']}/"
    numbers = {"score_user": 3, "score_opponent": 1, "stats": {"shots": {"user": 9}}}
    confirmed = player.http.put(path, json=numbers)
    assert confirmed.status_code == 200
    assert confirmed.json()["status"] == "confirmed"

    # Every query shows the command at once.
    assert player.get("/api/matches/") == [confirmed.json()]
    assert player.get(path) == confirmed.json()
    summary = player.get("/api/stats/summary/")
    assert (summary["total_matches"], summary["wins"], summary["goals_scored"]) == (1, 1, 3)
    assert player.get("/api/matches/stats/summary/") == summary

    history = player.get(f"{path}history/")
    assert [entry["event"] for entry in history] == [
        "match.screenshot_uploaded.v1",
        "match.stats_extracted.v1",
        "match.stats_confirmed.v1",
    ]
    assert [entry["actor"] for entry in history] == [
        f"player:{player.id}",
        "ocr",
        f"player:{player.id}",
    ]
    assert history[2]["changes"]["score_user"] == {"before": None, "after": 3}
    assert player.get(f"{path}history/?version=2")["status"] == "extracted"

    assert player.http.delete(path).status_code == 204
    assert player.http.get(path).status_code == 404
    assert player.get("/api/matches/") == []
    assert player.get("/api/stats/summary/")["total_matches"] == 0
    assert player.http.post(f"{path}restore/").json()["score_user"] == 3
    assert player.get("/api/stats/summary/")["total_matches"] == 1


@pytest.mark.parametrize(("path", "truth"), real(), ids=lambda value: getattr(value, "stem", ""))
def test_a_real_screen_comes_out_right(player: Player, path: Path, truth: dict[str, Any]) -> None:
    read = player.upload(path.read_bytes(), side="left").json()["extracted_data"]
    assert [read["score_user"], read["score_opponent"]] == truth["score"]
    assert {k: [v["user"], v["opponent"]] for k, v in read["stats"].items()} == truth["stats"]
    assert read["phase"] == "full_time"
    for side in ("left", "right"):
        name = truth[f"{side}_name"]
        if name.isascii():
            assert read[f"{side}_name"] == name
        else:
            assert read[f"{side}_name"] is None
            assert any("name" in warning and side in warning for warning in read["warnings"])


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("not_stats", "not_a_stats_screen"), ("other_games", "unsupported_screen")],
)
def test_another_picture_fails_with_its_reason_and_without_numbers(
    player: Player, folder: str, reason: str
) -> None:
    if not SHARED.exists():
        pytest.skip("the real screenshots are not here")
    for path in sorted((SHARED / folder).iterdir()):
        match = player.upload(path.read_bytes()).json()
        assert (match["status"], match["failure"]["reason"]) == ("failed", reason), path.name
        assert match["extracted_data"] is None
        assert match["stats"] == {}


def test_numbers_sent_along_are_confirmed_without_waiting(player: Player) -> None:
    picture, _ = drawn(seed=8)
    answer = player.upload(picture, score_user="2", score_opponent="2", stats=SOME_STATS)
    assert answer.status_code == 201
    match = answer.json()
    assert (match["status"], match["result"], match["extracted_data"]) == (
        "confirmed",
        "draw",
        None,
    )
    assert match["stats"] == {"shots": {"user": 7, "opponent": 3}}
    assert player.get("/api/stats/summary/")["draws"] == 1


def test_a_caller_who_does_not_want_to_wait_is_answered_at_once(player: Player) -> None:
    picture, _ = drawn(seed=9)
    answer = player.upload(picture, headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.json()["status"]) == (202, "processing")
    position = {"Event-Position": answer.headers["Event-Position"]}
    assert player.get(answer.headers["Location"], **position)["id"] == answer.json()["id"]


def test_the_stored_picture_is_given_to_its_owner_alone(player: Player, stranger: Player) -> None:
    picture, _ = drawn(seed=10)
    match = player.upload(picture, score_user="1", score_opponent="0").json()
    path = f"/api/matches/{match['id']}/screenshot/"
    answer = player.http.get(path)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content.startswith(b"\x89PNG")
    assert stranger.http.get(path).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_match_of_another_is_like_none(player: Player, stranger: Player, method: str) -> None:
    picture, _ = drawn(seed=11)
    match = player.upload(picture, score_user="1", score_opponent="0").json()
    path = f"/api/matches/{match['id']}/"
    missing = "/api/matches/00000000-0000-4000-8000-000000000000/"
    body = {"score_user": 0, "score_opponent": 9} if method.startswith("P") else None
    refused = stranger.http.request(method, path, json=body)
    assert refused.status_code == 404
    assert refused.content == stranger.http.request(method, missing, json=body).content
    assert stranger.http.get(f"{path}history/").status_code == 404
    assert player.get(path)["score_user"] == 1


def test_a_picture_that_was_lost_is_said_to_be_gone(copy: Copy, player: Player) -> None:
    picture, _ = drawn(seed=14)
    match = player.upload(picture, score_user="1", score_opponent="0").json()
    for stored in (copy.folder / "screenshots" / UUID(player.id).hex).iterdir():
        if stored.read_bytes() == player.http.get(match["screenshot"]).content:
            stored.unlink()
            break
    gone = player.http.get(match["screenshot"])
    assert gone.status_code == 404
    assert "picture" in gone.json()["detail"]


def test_of_two_who_expect_one_version_one_is_told(player: Player) -> None:
    picture, _ = drawn(seed=12)
    match = player.upload(picture).json()
    assert match["status"] == "extracted"  # no reading is still to come and change the version
    path = f"/api/matches/{match['id']}/"
    body = {"score_user": 2, "score_opponent": 0}
    expected = {"If-Match": f'"{match["version"]}"'}
    statuses = [player.http.put(path, json=body, headers=expected).status_code for _ in range(2)]
    assert statuses == [200, 412]


def test_a_condition_on_a_deleted_match_does_not_count(player: Player) -> None:
    picture, _ = drawn(seed=12)
    match = player.upload(picture, score_user="1", score_opponent="0").json()
    path = f"/api/matches/{match['id']}/"
    assert player.http.delete(path).status_code == 204
    stale = {"If-Match": '"1"'}
    assert player.http.delete(path, headers=stale).status_code == 404
    assert player.http.post(f"{path}restore/", headers=stale).status_code == 412


def test_what_is_wrong_with_a_body_is_not_told_of_a_match_that_is_not_there(
    player: Player, stranger: Player
) -> None:
    picture, _ = drawn(seed=12)
    match = player.upload(picture, score_user="1", score_opponent="0").json()
    path = f"/api/matches/{match['id']}/"
    assert stranger.http.put(path, json={"score_user": 1}).status_code == 404
    assert player.http.put(path, json={"score_user": 1}).status_code == 400
    assert player.http.delete(path).status_code == 204
    for body in ({"score_user": 1}, {"score_user": "one"}):
        assert player.http.put(path, json=body).status_code == 404


def test_a_list_is_read_page_by_page(player: Player) -> None:
    picture, _ = drawn(seed=13)
    for goals in range(5):
        player.upload(picture, score_user=str(goals), score_opponent="0")
    page, seen = "/api/matches/?limit=2", []
    while page:
        answer = player.http.get(page)
        seen += [match["score_user"] for match in answer.json()]
        page = answer.links.get("next", {}).get("url", "")
    assert seen == [4, 3, 2, 1, 0]


def test_a_failed_picture_can_be_read_again_and_confirmed_by_hand(player: Player) -> None:
    white = drawn_nothing()
    match = player.upload(white).json()
    assert match["status"] == "failed"
    path = f"/api/matches/{match['id']}/"
    again = player.http.post(f"{path}extraction/")
    assert (again.status_code, again.json()["status"]) == (202, "processing")
    confirmed = player.http.put(path, json={"score_user": 1, "score_opponent": 1})
    assert confirmed.json()["result"] == "draw"


def drawn_nothing() -> bytes:
    """A white picture."""
    return cv2.imencode(".png", np.full((540, 960, 3), 255, np.uint8))[1].tobytes()
