"""Requests that are sent again get the first answer, and nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys.pictures import drawn
from tests.journeys.players import Player

KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}


def test_a_repeated_upload_is_one_match_with_one_answer(player: Player) -> None:
    picture, _ = drawn(seed=31)
    first = player.upload(picture, headers=KEY)
    again = player.upload(picture, headers=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(player.get("/api/matches/")) == 1


def test_parallel_repeats_are_one_match_with_one_answer(player: Player) -> None:
    picture, _ = drawn(seed=32)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: player.upload(picture, headers=KEY), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(player.get("/api/matches/")) == 1


def test_another_body_under_the_same_key_is_refused(player: Player) -> None:
    picture, _ = drawn(seed=33)
    player.upload(picture, headers=KEY, score_user="1", score_opponent="0")
    other = player.upload(picture, headers=KEY, score_user="2", score_opponent="0")
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]
    assert len(player.get("/api/matches/")) == 1


def test_keys_of_two_players_are_two_keys(player: Player, stranger: Player) -> None:
    picture, _ = drawn(seed=34)
    ids = {
        each.upload(picture, headers=KEY, score_user="1", score_opponent="0").json()["id"]
        for each in (player, stranger)
    }
    assert len(ids) == 2


def test_a_repeated_restore_is_answered_as_the_first(player: Player) -> None:
    picture, _ = drawn(seed=35)
    match = player.upload(picture, score_user="1", score_opponent="0").json()
    path = f"/api/matches/{match['id']}/"
    player.http.delete(path)
    first = player.http.post(f"{path}restore/", headers=KEY)
    player.http.delete(path)
    again = player.http.post(f"{path}restore/", headers=KEY)
    assert again.content == first.content
    assert player.http.get(path).status_code == 404


@pytest.mark.parametrize("key", ["", "x" * 256, "one\ttwo"])
def test_a_key_that_is_none_is_refused(player: Player, key: str) -> None:
    picture, _ = drawn(seed=36)
    refused = player.upload(picture, headers={"Idempotency-Key": key})
    assert refused.status_code == 400
    assert "Idempotency-Key" in refused.json()["detail"]
