"""Two players confirm one match, share its record, and have a table."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from deploy.data_folder import DataFolder
from deploy.postgres import Postgres
from tests.journeys.copies import Copy
from tests.journeys.listening import listening
from tests.journeys.pictures import drawn, noise
from tests.journeys.players import PASSWORD, Player
from tests.journeys.test_erasure import places_of

STATS = {"possession": {"user": 42, "opponent": 58}, "shots": {"user": 11, "opponent": 7}}
TURNED = {key: {"user": v["opponent"], "opponent": v["user"]} for key, v in STATS.items()}


@pytest.fixture
def friend(copy: Copy) -> Iterator[Player]:
    friend = Player(copy)
    yield friend
    friend.http.close()


def named(player: Player, name: str) -> str:
    assert player.http.patch("/api/auth/me/", json={"display_name": name}).status_code == 200
    return name


def played(player: Player, score: tuple[int, int] = (4, 2), stats: Any = None) -> str:
    """A confirmed match; gives its path."""
    uploaded = player.upload(
        noise(),
        opponent_name="Yassine",
        score_user=str(score[0]),
        score_opponent=str(score[1]),
        stats=json.dumps(STATS if stats is None else stats),
    )
    assert uploaded.status_code == 201, uploaded.text
    return str(uploaded.headers["Location"])


def ask(player: Player, path: str, **headers: str) -> str:
    answer = player.http.post(f"{path}confirmation/", headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["link"].endswith(f"/confirm/{answer.json()['code']}")
    return f"/api/confirmations/{answer.json()['code']}/"


def shared(player: Player, friend: Player, score: tuple[int, int] = (4, 2)) -> str:
    """A match that both say is right; gives its path."""
    path = played(player, score)
    answer = friend.http.post(f"{ask(player, path)}confirm/", json={"match_id": None})
    assert answer.status_code == 200, answer.text
    return path


def seen(player: Player, path: str) -> dict[str, Any]:
    match = player.get(path)
    return {
        name: match[name]
        for name in ("opponent_name", "score_user", "score_opponent", "stats", "verification")
    }


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


def test_no_kept_answer_holds_the_name_of_a_player_who_is_gone(
    copy: Copy, player: Player, friend: Player
) -> None:
    name = named(friend, f"Archaeopteryx {friend.id[:8]}")
    code = ask(friend, played(friend))
    key = {"Idempotency-Key": "confirm once"}
    assert player.http.post(f"{code}confirm/", headers=key).json()["opponent_name"] == name
    erased = friend.http.request("DELETE", "/api/auth/me/", json={"password": PASSWORD})
    assert erased.status_code == 204
    with psycopg.connect(Postgres(DataFolder(copy.folder).postgres).conninfo()) as conn:
        assert places_of(conn, name) == set()
    again = player.http.post(f"{code}confirm/", headers=key)
    assert (again.status_code, again.json()["opponent_name"]) == (200, "")


def test_a_match_with_a_player_who_is_gone_counts_against_nobody(
    player: Player, friend: Player
) -> None:
    path = shared(player, friend)
    assert [row["opponent_name"] for row in player.get("/api/stats/opponents/")] == ["Yassine"]
    erased = friend.http.request("DELETE", "/api/auth/me/", json={"password": PASSWORD})
    assert erased.status_code == 204
    assert player.get(path)["opponent_name"] == ""
    assert player.get("/api/stats/opponents/") == []
    assert player.get("/api/stats/summary/")["total_matches"] == 1
    assert player.http.get("/api/stats/summary/?opponent=").status_code == 400


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


def test_both_hear_what_happens_to_what_they_share(player: Player, friend: Player) -> None:
    path = shared(player, friend)
    with listening(player) as own, listening(friend) as theirs:
        own.opened()
        theirs.opened()
        assert friend.http.patch(path, json={"score_user": 3}).status_code == 200
        for listener, score in ((own, 3), (theirs, 3)):
            heard = listener.until("confirmation_requested")
            assert [event.kind for event in heard][-2:] == ["corrected", "confirmation_requested"]
            key = "score_opponent" if listener is own else "score_user"
            assert heard[-1].data["match"][key] == score
        assert player.http.delete(path).status_code == 204
        assert own.until("deleted")[-1].data["match"] is None
        assert player.http.post(f"{path}restore/").status_code == 200
        assert friend.http.delete(path).status_code == 204
        assert [event.kind for event in theirs.until("deleted")] == ["deleted"]


def test_friends_have_a_table(player: Player, friend: Player, stranger: Player) -> None:
    for score in ((4, 2), (1, 1), (0, 3)):
        shared(player, friend, score)
    shared(stranger, friend, (5, 0))
    played(player, (9, 0))  # nobody says that this one is right
    friend_name = named(friend, "Yassine the swift")
    [known] = player.get("/api/friends/")
    assert (known["id"], known["display_name"]) == (friend.id, friend_name)
    assert (known["won"], known["drawn"], known["lost"]) == (1, 1, 1)
    assert known["form"] == ["loss", "draw", "win"]
    assert known["trust"]["verified_share"] == 100.0
    assert {each["id"] for each in friend.get("/api/friends/")} == {player.id, stranger.id}
    table = friend.get("/api/friends/leaderboard/")
    assert [(row["id"], row["points"], row["goal_difference"]) for row in table] == [
        (player.id, 4, -1),
        (friend.id, 4, -4),
        (stranger.id, 3, 5),
    ]
    assert [row["rank"] for row in table] == [1, 2, 3]
    for path in ("/api/friends/", "/api/friends/leaderboard/"):
        assert in_pages(friend, path) == friend.get(path)
    # The stranger is no friend of the player: that match is none of theirs.
    table = player.get("/api/friends/leaderboard/")
    assert [(row["id"], row["goal_difference"]) for row in table] == [
        (friend.id, 1),
        (player.id, -1),
    ]
    past = player.get("/api/friends/leaderboard/?until=2020-01-01T00:00:00Z")
    assert [row["points"] for row in past] == [0, 0]


def in_pages(player: Player, path: str) -> list[Any]:
    """The whole list, from pages of one."""
    found, following = [], f"{path}?limit=1"
    while following:
        answer = player.http.get(following)
        [row] = answer.json()
        found.append(row)
        following = answer.links.get("next", {}).get("url", "")
    return found


@pytest.mark.parametrize("who_goes", ["owner", "friend"])
def test_the_end_of_one_leaves_the_others_half(
    copy: Copy, player: Player, friend: Player, who_goes: str
) -> None:
    goes, stays = (player, friend) if who_goes == "owner" else (friend, player)
    name = named(goes, f"Archaeopteryx {goes.id[:8]}")
    path = shared(player, friend)
    stays.http.patch(path, json={"opponent_name": name})
    before, address = seen(stays, path), stays.get(path)["screenshot"]
    answer = goes.http.request("DELETE", "/api/auth/me/", json={"password": PASSWORD})
    assert answer.status_code == 204, answer.text
    assert seen(stays, path) == {**before, "opponent_name": ""}
    picture = 404 if goes is player else 200  # the friend sent none
    for each in (address, f"{path}screenshot/", f"{path}screenshot/?size=thumb"):
        assert stays.http.get(each).status_code == picture
    assert stays.get("/api/stats/summary/")["total_matches"] == 1
    assert stays.get("/api/friends/") == []
    assert name not in stays.http.get(f"{path}history/").text
    with psycopg.connect(Postgres(DataFolder(copy.folder).postgres).conninfo()) as conn:
        assert places_of(conn, name) <= {"log.answers"}
