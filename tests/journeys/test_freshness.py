"""An answer says when it is older than what was asked for."""

import pytest

from tests.journeys.pictures import drawn
from tests.journeys.players import Player


def test_a_query_for_a_position_that_is_reached_says_nothing(player: Player) -> None:
    picture, _ = drawn(seed=51)
    uploaded = player.upload(picture, score_user="1", score_opponent="0")
    position = {"Event-Position": uploaded.headers["Event-Position"]}
    answer = player.http.get("/api/matches/", headers=position)
    assert len(answer.json()) == 1
    assert "Event-Position-Reached" not in answer.headers


def test_a_query_for_a_position_to_come_admits_that_it_is_behind(player: Player) -> None:
    answer = player.http.get("/api/matches/", headers={"Event-Position": "999999999"})
    assert answer.status_code == 200
    assert answer.headers["Event-Position-Reached"] == "false"


@pytest.mark.parametrize("text", ["", "-1", "1.5", "one", "9" * 30])
def test_a_position_that_is_none_is_refused(player: Player, text: str) -> None:
    answer = player.http.get("/api/matches/", headers={"Event-Position": text})
    assert answer.status_code == 400
    assert "Event-Position" in answer.json()["detail"]


def test_what_is_not_there_may_only_not_be_shown_yet(player: Player) -> None:
    path = f"/api/matches/{player.id}/"
    answer = player.http.get(path, headers={"Event-Position": "999999999"})
    assert answer.status_code == 404
    assert answer.headers["Event-Position-Reached"] == "false"
