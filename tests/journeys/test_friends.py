"""Players who share matches hear of them, and have a table."""

from typing import Any

from tests.journeys.listening import listening
from tests.journeys.players import Player
from tests.journeys.sharing import named, played, shared


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
