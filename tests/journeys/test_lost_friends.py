"""One of two players who share a match erases the account: the other keeps a half of it."""

import psycopg
import pytest

from deploy.data_folder import DataFolder
from deploy.postgres import Postgres
from tests.journeys.copies import Copy
from tests.journeys.players import PASSWORD, Player
from tests.journeys.sharing import ask, named, played, seen, shared
from tests.journeys.test_erasure import places_of


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
