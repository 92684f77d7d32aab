"""Two players confirm one match, or dispute it, and share its record."""

from concurrent.futures import ThreadPoolExecutor

import psycopg

from deploy.data_folder import DataFolder
from deploy.postgres import Postgres
from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player
from tests.journeys.sharing import STATS, ask, named, played, seen, shared
from tests.journeys.test_erasure import places_of

TURNED = {key: {"user": v["opponent"], "opponent": v["user"]} for key, v in STATS.items()}


def test_a_match_becomes_one_record_in_two_lists(
    player: Player, friend: Player, stranger: Player
) -> None:
    owner_name = named(player, "Nadir of the north")
    path = played(player)
    code = ask(player, path)
    offered = friend.get(code)
    assert (offered["score_user"], offered["opponent_name"]) == (2, owner_name)
    assert friend.http.get(path).status_code == 404
    answer = friend.http.post(f"{code}confirm/")
    assert answer.json()["verification"] == "verified"
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    assert friend.get("/api/matches/") == [friend.get(path)]
    assert seen(player, path) == {
        "opponent_name": "Yassine",
        "score_user": 4,
        "score_opponent": 2,
        "stats": STATS,
        "verification": "verified",
    }
    assert seen(friend, path) == {
        "opponent_name": owner_name,
        "score_user": 2,
        "score_opponent": 4,
        "stats": TURNED,
        "verification": "verified",
    }
    assert friend.get("/api/stats/summary/")["losses"] == 1
    picture = friend.http.get(friend.get(path)["screenshot"])
    assert picture.content == player.http.get(f"{path}screenshot/").content
    assert friend.http.get(f"{path}screenshot/").content == picture.content
    assert stranger.http.get(path).status_code == 404
    assert stranger.http.get(f"{path}history/").status_code == 404
    assert stranger.http.get(code).status_code == 404
    events = [entry["event"] for entry in friend.get(f"{path}history/")]
    assert events == [entry["event"] for entry in player.get(f"{path}history/")]
    assert player.email not in friend.http.get(f"{path}history/").text


def test_a_request_repeated_under_its_key_gives_the_same_code(player: Player) -> None:
    path = played(player)
    key = {"Idempotency-Key": "ask once"}
    assert ask(player, path, **key) == ask(player, path, **key)
    kinds = [entry["event"] for entry in player.get(f"{path}history/")]
    assert kinds.count("match.confirmation_requested.v1") == 1


def test_the_code_lies_nowhere_in_the_database(copy: Copy, player: Player, friend: Player) -> None:
    path = played(player)
    code = ask(player, path, **{"Idempotency-Key": "asked"}).split("/")[-2]
    with psycopg.connect(Postgres(DataFolder(copy.folder).postgres).conninfo()) as conn:
        assert places_of(conn, code) == set()
    assert friend.http.post(f"/api/confirmations/{code}/confirm/").status_code == 200


def test_of_many_answers_at_once_one_counts(player: Player, friend: Player) -> None:
    code = ask(player, played(player))
    with ThreadPoolExecutor(8) as threads:
        statuses = list(
            threads.map(lambda _: friend.http.post(f"{code}confirm/").status_code, range(8))
        )
    assert sorted(statuses) == [200] + [409] * 7
    assert len(friend.get("/api/matches/")) == 1


def test_two_uploads_of_one_match_become_one(player: Player, friend: Player) -> None:
    path = played(player)
    own = played(friend, (2, 4), TURNED)
    code = ask(player, path)
    assert friend.get("/api/stats/summary/")["total_matches"] == 1
    assert friend.http.post(f"{code}confirm/").json()["opponent_name"] == "Yassine"
    assert friend.get("/api/stats/summary/")["total_matches"] == 1
    assert [match["id"] for match in friend.get("/api/matches/")] == [path.split("/")[-2]]
    assert friend.http.get(own).status_code == 404
    assert friend.http.post(f"{own}restore/").status_code == 409
    assert "match.joined.v1" in [entry["event"] for entry in friend.get(f"{own}history/")]


def test_who_confirms_a_correction_may_correct_the_name_too(player: Player, friend: Player) -> None:
    path = shared(player, friend)
    player.http.put(path, json={"score_user": 5, "score_opponent": 2})
    key = {"Idempotency-Key": "confirm with a name"}
    for _ in range(2):
        answer = friend.http.post(
            f"{path}confirmation/confirm/", json={"opponent_name": "Nado"}, headers=key
        )
        assert answer.status_code == 200
        assert (answer.json()["verification"], answer.json()["opponent_name"]) == (
            "verified",
            "Nado",
        )
    assert friend.get(path)["opponent_name"] == "Nado"
    assert player.get(path)["opponent_name"] == "Yassine"
    kinds = [entry["event"].split(".")[1] for entry in friend.get(f"{path}history/")]
    assert kinds[-2:] == ["stats_corrected", "verified"]


def test_a_dispute_is_seen_by_both_and_let_go_by_a_correction(
    player: Player, friend: Player
) -> None:
    path = played(player)
    code = ask(player, path)
    wrong = {"reason": "You had two goals less.", "score_user": 2, "score_opponent": 2}
    answer = friend.http.post(f"{code}dispute/", json=wrong)
    assert answer.json()["verification"] == "disputed"
    assert friend.get("/api/matches/") == []
    dispute = player.get(path)["confirmation"]["dispute"]
    assert (dispute["by"], dispute["reason"]) == ("opponent", "You had two goals less.")
    assert (dispute["score_user"], dispute["score_opponent"]) == (2, 2)
    player.http.patch(path, json={"score_user": 2})
    assert player.get(path)["verification"] == "none"
    again = friend.http.post(f"{code}confirm/")
    assert again.status_code == 409
    assert "answered already" in again.json()["detail"]
    assert friend.http.post(f"{ask(player, path)}confirm/").status_code == 200


def test_the_friends_screenshot_is_laid_beside_the_numbers(player: Player, friend: Player) -> None:
    picture, truth = drawn(seed=81)
    assert truth.score is not None
    left, right = truth.score
    stats = {key: {"user": a, "opponent": b} for key, (a, b) in truth.stats.items()}
    stats["fouls"]["user"] += 1
    path = played(player, (left, right), stats)
    code = ask(player, path)
    answer = friend.http.post(f"{code}screenshot/", files={"screenshot": ("m.png", picture)})
    assert answer.status_code == 200, answer.text
    comparison = answer.json()["confirmation"]["comparison"]
    assert (comparison["by"], comparison["status"]) == ("user", "read")
    assert "score" in comparison["agrees"]
    told = player.get(path)["confirmation"]["comparison"]
    assert told["by"] == "opponent"
    assert told["agrees"] == comparison["agrees"]
    fouls = stats["fouls"]
    assert told["differs"]["stats.fouls"]["confirmed"] == fouls
    assert told["differs"]["stats.fouls"]["read"]["user"] == fouls["user"] - 1
    assert friend.http.post(f"{code}confirm/", json={"match_id": None}).status_code == 200
