"""The list from outside: filters, orders, pages, and what need not be sent again."""

from collections.abc import Iterator

import pytest

from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player

MATCHES = (("Yassine", "4", "0"), ("YÁSSINE", "1", "1"), ("Omar", "0", "2"), ("Omar", "3", "1"))


@pytest.fixture(scope="module")
def veteran(copy: Copy) -> Iterator[Player]:
    player = Player(copy)
    picture, _ = drawn(seed=31)
    for day, (opponent, user, theirs) in enumerate(MATCHES, start=1):
        answer = player.upload(
            picture,
            opponent_name=opponent,
            score_user=user,
            score_opponent=theirs,
            played_at=f"2026-01-0{day}T12:00:00Z",
        )
        assert answer.status_code == 201
    yield player
    player.http.close()


def goals(player: Player, query: str) -> list[int]:
    """The own goals of every match on every page of a list, two a page."""
    page, seen = f"/api/matches/?limit=2&{query}", []
    while page:
        answer = player.http.get(page)
        assert answer.status_code == 200, answer.text
        seen += [match["score_user"] for match in answer.json()]
        page = answer.links.get("next", {}).get("url", "")
    return seen


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [3, 0, 1, 4]),
        ("sort=created_at", [4, 1, 0, 3]),
        ("sort=-score_user", [4, 3, 1, 0]),
        ("sort=goal_difference", [0, 1, 3, 4]),
        ("opponent=y%C3%A4ssine", [1, 4]),
        ("result=win&sort=played_at", [4, 3]),
        ("result=pending", []),
        ("status=confirmed&result=draw", [1]),
        ("since=2026-01-02&until=2026-01-04T12:00:00Z", [0, 1]),
        ("since=2026-01-02T13:00:00%2B01:00", [3, 0, 1]),
    ],
)
def test_a_list_is_filtered_sorted_and_paged(
    veteran: Player, query: str, expected: list[int]
) -> None:
    assert goals(veteran, query) == expected


def test_a_cursor_of_another_player_or_another_list_is_refused(
    veteran: Player, stranger: Player
) -> None:
    following = veteran.http.get("/api/matches/?limit=1&sort=played_at").links["next"]["url"]
    assert stranger.http.get(following).status_code == 400
    assert veteran.http.get(following.replace("played_at", "created_at")).status_code == 400
    assert veteran.http.get(f"{following}&result=win").status_code == 400
    assert veteran.http.get(following).status_code == 200


def test_a_list_that_did_not_change_is_not_sent_again(player: Player) -> None:
    picture, _ = drawn(seed=32)
    match = player.upload(picture, score_user="1", score_opponent="0").headers["Location"]
    first = player.http.get("/api/matches/")
    known = {"If-None-Match": first.headers["ETag"]}
    again = player.http.get("/api/matches/", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    for method, path in (("PATCH", match), ("DELETE", match), ("POST", f"{match}restore/")):
        body = {"score_user": 2} if method == "PATCH" else None
        assert player.http.request(method, path, json=body).is_success
        changed = player.http.get("/api/matches/", headers=known)
        assert changed.status_code == 200
        known = {"If-None-Match": changed.headers["ETag"]}
