"""Many requests at the same time: each that is answered well is one event, in order."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import httpx
import pytest

from tests.journeys.players import Player

AT_ONCE = 12


def at_once(ask: Callable[[int], httpx.Response], times: int) -> list[httpx.Response]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(ask, range(times)))


def counted(answers: Iterable[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


@pytest.fixture
def match(player: Player, picture: bytes) -> str:
    answer = player.upload(picture, headers={"Prefer": "wait=20"})
    assert answer.status_code == 201
    return str(answer.headers["Location"])


def test_each_confirmation_that_is_answered_is_one_event(player: Player, match: str) -> None:
    def confirm(number: int) -> httpx.Response:
        return player.http.put(match, json={"score_user": number, "score_opponent": 0})

    answers = at_once(confirm, 40)
    assert counted(answers) == {200: 40}
    said = {answer.json()["version"]: answer.json()["score_user"] for answer in answers}
    history = player.get(f"{match}history/")
    assert [entry["version"] for entry in history] == list(range(1, 43))
    for entry in history[2:]:
        score = player.get(f"{match}history/?version={entry['version']}")["score_user"]
        assert said[entry["version"]] == score
    assert player.get(match)["score_user"] == said[42]


def test_of_all_who_expect_one_version_exactly_one_wins(player: Player, match: str) -> None:
    tag = player.http.get(match).headers["ETag"]

    def confirm(number: int) -> httpx.Response:
        body = {"score_user": number, "score_opponent": 0}
        return player.http.put(match, json=body, headers={"If-Match": tag})

    assert counted(at_once(confirm, 30)) == {200: 1, 412: 29}


def test_a_match_is_deleted_once(player: Player, match: str) -> None:
    assert counted(at_once(lambda _: player.http.delete(match), 20)) == {204: 1, 404: 19}
    restored = at_once(lambda _: player.http.post(f"{match}restore/"), 20)
    assert counted(restored) == {200: 20}
    assert sum("Event-Position" in answer.headers for answer in restored) == 1


def test_deleting_and_restoring_at_once_leaves_a_history_that_alternates(
    player: Player, match: str
) -> None:
    def toggle(number: int) -> httpx.Response:
        return player.http.delete(match) if number % 2 else player.http.post(f"{match}restore/")

    answers = at_once(toggle, 40)
    assert set(counted(answers)) <= {200, 204, 404}
    names = [entry["event"] for entry in player.get(f"{match}history/")][2:]
    assert names.count("match.deleted.v1") == counted(answers)[204]
    assert all(one != two for one, two in pairwise(names))


def test_parallel_uploads_of_one_picture_are_all_kept(player: Player, picture: bytes) -> None:
    def upload(number: int) -> httpx.Response:
        return player.upload(picture, score_user=str(number % 5), score_opponent="0")

    answers = at_once(upload, 40)
    assert counted(answers) == {201: 40}
    listed = {match["id"] for match in player.get("/api/matches/")}
    assert listed == {answer.json()["id"] for answer in answers}
    assert player.get("/api/stats/summary/")["total_matches"] == 40


def test_a_confirmation_wins_over_a_reading_that_comes_later(
    player: Player, picture: bytes
) -> None:
    for _ in range(3):
        answer = player.upload(picture, headers={"Prefer": "respond-async"})
        confirmed = player.http.put(
            answer.headers["Location"], json={"score_user": 9, "score_opponent": 8}
        )
        assert confirmed.status_code == 200
        assert player.get(answer.headers["Location"])["score_user"] == 9


def test_an_address_registered_by_many_at_once_is_one_account(player: Player) -> None:
    spellings = [f"new.{player.email}", f"NEW.{player.email.upper()}", f" new.{player.email} "]

    def register(number: int) -> httpx.Response:
        body = {"email": spellings[number % 3], "password": "three blue goalposts"}
        return player.http.post("/api/auth/register/", json=body)

    assert counted(at_once(register, 9)) == {201: 1, 409: 8}
