"""Statistics from outside: opponents, trends and records of a player, and 304 while they hold."""

import pytest

from tests.journeys.pictures import noise
from tests.journeys.players import Player

PATHS = [
    "/api/stats/summary/",
    "/api/stats/summary/?opponent=yassine",
    "/api/stats/summary/?since=2020-01-01",
    "/api/stats/opponents/",
    "/api/stats/trends/",
    "/api/stats/records/",
]


def play(player: Player, name: str, scores: tuple[int, int], day: int) -> str:
    """A confirmed match, of which no reading is still to come; gives its path."""
    uploaded = player.upload(noise(), opponent_name=name, played_at=f"2026-01-{day:02}T18:00:00Z")
    assert uploaded.json()["status"] == "failed", uploaded.text
    path = str(uploaded.headers["Location"])
    numbers = {"score_user": scores[0], "score_opponent": scores[1]}
    confirmed = player.http.put(path, json={**numbers, "stats": {"shots": {"user": day}}})
    assert confirmed.status_code == 200, confirmed.text
    return path


def test_statistics_follow_every_change_at_once(player: Player) -> None:
    first = play(player, "Yassine", (4, 1), 1)
    play(player, "YASSINE ", (0, 2), 2)
    play(player, "Omar", (1, 1), 3)

    yassine, omar = player.get("/api/stats/opponents/")
    assert (yassine["opponent_name"], yassine["other_spellings"]) == ("YASSINE ", ["Yassine"])
    assert (yassine["form"], yassine["current_streak"]) == (["loss", "win"], -1)
    assert (omar["opponent_name"], omar["drawn"]) == ("Omar", 1)
    against = player.get("/api/stats/summary/?opponent=yássine")
    assert (against["total_matches"], against["goals_scored"], against["wins"]) == (2, 4, 1)
    in_span = player.get("/api/stats/summary/?since=2026-01-02&until=2026-01-03")
    assert (in_span["total_matches"], in_span["losses"], in_span["current_streak"]) == (1, 1, -1)
    trend = player.get("/api/stats/trends/?stat=shots&window=2")
    assert [point["user"] for point in trend["points"]] == [1, 2, 3]
    assert [point["user_average"] for point in trend["points"]] == [1.0, 1.5, 2.5]
    assert {point["opponent"] for point in trend["points"]} == {None}
    records = player.get("/api/stats/records/")
    assert records["biggest_win"]["value"] == 3
    assert first.endswith(f"{records['biggest_win']['match']['match_id']}/")

    assert player.http.patch(first, json={"opponent_name": "Omar"}).status_code == 200
    assert [each["played"] for each in player.get("/api/stats/opponents/")] == [2, 1]
    assert player.get("/api/stats/records/")["biggest_win"]["match"]["opponent_name"] == "Omar"
    assert player.http.delete(first).status_code == 204
    assert player.get("/api/stats/records/")["biggest_win"] is None


def test_pages_of_opponents_lead_through_all_of_them(player: Player) -> None:
    for day, name in enumerate(("Yassine", "Omar", "Sara"), start=1):
        play(player, name, (1, 0), day)
    answer = player.http.get("/api/stats/opponents/?sort=last_met_at&limit=2")
    assert [each["opponent_name"] for each in answer.json()] == ["Yassine", "Omar"]
    following = player.http.get(answer.links["next"]["url"])
    assert [each["opponent_name"] for each in following.json()] == ["Sara"]
    assert "next" not in following.links


@pytest.mark.parametrize("path", PATHS)
def test_unchanged_statistics_are_not_sent_again(player: Player, path: str) -> None:
    match = play(player, "Yassine", (4, 1), 1)
    answer = player.http.get(path)
    known = {"If-None-Match": answer.headers["ETag"]}
    again = player.http.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert player.http.patch(match, json={"score_user": 5}).status_code == 200
    changed = player.http.get(path, headers=known)
    assert changed.status_code == 200
    assert path.endswith("trends/") or changed.json() != answer.json()


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_sees_nothing_of_them(player: Player, stranger: Player, path: str) -> None:
    nothing = stranger.get(path)
    play(player, "Yassine", (4, 1), 1)
    assert stranger.get(path) == nothing
