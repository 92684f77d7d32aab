"""Pictures from outside: addresses that a browser can show, and small pictures for lists."""

import re

import cv2
import httpx
import numpy as np

from tests.deploy.processes import wait_for
from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player


def browse(copy: Copy, address: str) -> httpx.Response:
    """What a browser gets that knows nothing but the address."""
    return copy.ask("GET", address)


def test_the_address_in_a_match_shows_its_picture_without_a_token(
    copy: Copy, player: Player
) -> None:
    picture, _ = drawn(seed=41)
    match = player.upload(picture, score_user="1", score_opponent="0").json()
    answer = browse(copy, match["screenshot"])
    assert answer.content == player.http.get(f"/api/matches/{match['id']}/screenshot/").content
    assert answer.headers["content-type"] == "image/png"
    seconds = re.fullmatch(r"private, max-age=(\d+)", answer.headers["cache-control"])
    assert seconds
    assert 0 < int(seconds[1]) <= 1800


def test_commands_lists_and_the_past_hold_the_same_addresses(player: Player) -> None:
    picture, _ = drawn(seed=42)
    match = player.upload(picture, score_user="1", score_opponent="0").json()
    path = f"/api/matches/{match['id']}/"
    for shown in (
        player.get(path),
        player.get("/api/matches/")[0],
        player.get(f"{path}history/?version=1"),
        player.http.patch(path, json={"score_user": 2}).json(),
    ):
        assert (shown["screenshot"], shown["thumbnail"]) == (
            match["screenshot"],
            match["thumbnail"],
        )


def test_an_address_that_was_changed_or_has_run_out_shows_nothing(
    copy: Copy, player: Player
) -> None:
    picture, _ = drawn(seed=43)
    address = player.upload(picture, score_user="1", score_opponent="0").json()["screenshot"]
    later = re.sub(r"expires=(\d+)", lambda found: f"expires={int(found[1]) + 900}", address)
    for changed in (
        later,
        address.replace("size=full", "size=thumb"),
        re.sub("signature=.*", "signature=x", address),
        re.sub("&signature=.*", "", address),
        re.sub("expires=[0-9]+", "expires=1", address),
        re.sub("expires=[0-9]+", "expires=x", address),
        re.sub("/media/[^/]+", "/media/00000000-0000-4000-8000-000000000000", address),
    ):
        answer = browse(copy, changed)
        assert answer.status_code == 404, changed
        assert "Ask for the match again" in answer.json()["detail"]


def test_the_picture_of_a_deleted_match_is_not_shown(copy: Copy, player: Player) -> None:
    picture, _ = drawn(seed=44)
    match = player.upload(picture, score_user="1", score_opponent="0").json()
    assert player.http.delete(f"/api/matches/{match['id']}/").status_code == 204
    assert browse(copy, match["screenshot"]).status_code == 404


def test_a_thumbnail_is_made_with_the_reading(copy: Copy, player: Player) -> None:
    picture, _ = drawn(seed=45)
    match = player.upload(picture).json()
    assert match["status"] == "extracted"
    stored = copy.folder / "screenshots"
    thumbnail = f"*/*{match['id'].replace('-', '')}*-thumb"
    wait_for(lambda: any(stored.glob(thumbnail)))  # it is stored a moment after the reading
    small = browse(copy, match["thumbnail"])
    assert small.headers["content-type"] == "image/webp"
    assert len(small.content) < len(picture) / 4
    by_token = player.http.get(f"/api/matches/{match['id']}/screenshot/?size=thumb")
    assert by_token.content == small.content


def test_a_screen_that_was_sent_before_is_said_to_be(player: Player) -> None:
    picture, _ = drawn(seed=46)
    first = player.upload(picture).json()
    assert first["duplicate_of"] is None
    again = player.upload(compressed(picture), opponent_name="Omar").json()
    assert again["status"] == "extracted"
    other = player.upload(drawn(seed=47)[0]).json()
    path = f"/api/matches/{first['id']}/"

    def shown() -> list[str | None]:
        return [match["duplicate_of"] for match in player.get("/api/matches/?sort=created_at")]

    assert again["duplicate_of"] == first["id"]
    assert other["duplicate_of"] is None
    assert player.get(f"/api/matches/{again['id']}/") == again
    assert shown() == [None, first["id"], None]
    assert player.http.delete(path).status_code == 204
    assert shown() == [None, None]
    assert player.http.post(f"{path}restore/").status_code == 200
    assert shown() == [None, first["id"], None]


def test_the_same_screen_of_another_player_is_no_duplicate(
    player: Player, stranger: Player
) -> None:
    picture, _ = drawn(seed=48)
    assert player.upload(picture).json()["status"] == "extracted"
    assert stranger.upload(picture).json()["duplicate_of"] is None


def compressed(picture: bytes) -> bytes:
    """The picture as a messenger sends it on."""
    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes()
