"""How a match comes to be shared by two players."""

import json
from typing import Any, Final

from tests.journeys.pictures import noise
from tests.journeys.players import Player

STATS: Final = {"possession": {"user": 42, "opponent": 58}, "shots": {"user": 11, "opponent": 7}}


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
