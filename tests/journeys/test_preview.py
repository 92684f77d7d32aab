"""A preview reads a picture and keeps nothing."""

import cv2
import numpy as np

from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player


def preview(player: Player, picture: bytes, **texts: str) -> tuple[int, dict[str, object]]:
    files = {"screenshot": ("match.png", picture, "image/png")}
    answer = player.http.post("/api/ocr/extract/", files=files, data=texts)
    return answer.status_code, answer.json()


def test_a_preview_reads_and_keeps_nothing(copy: Copy, player: Player) -> None:
    # Pictures lie in a folder for each player; those of others may get a thumbnail meanwhile.
    owners = set((copy.folder / "screenshots").glob("*"))
    picture, truth = drawn(seed=41)
    status, read = preview(player, picture, side="left")
    assert status == 200
    assert (read["score_user"], read["score_opponent"]) == truth.score
    assert read["side"] == "left"
    assert player.get("/api/matches/") == []
    assert set((copy.folder / "screenshots").glob("*")) == owners


def test_a_preview_of_another_picture_says_why_there_is_nothing(player: Player) -> None:
    white = cv2.imencode(".png", np.full((540, 960, 3), 255, np.uint8))[1].tobytes()
    status, answer = preview(player, white)
    assert status == 422
    assert answer["reason"] == "not_a_stats_screen"
    assert str(answer["detail"]).endswith(".")


def test_a_big_picture_can_be_previewed(player: Player) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1300, 2400, 3), np.uint8)
    picture = cv2.imencode(".png", noise)[1].tobytes()
    assert 9_000_000 < len(picture) < 10_485_760
    status, answer = preview(player, picture)
    assert (status, answer["reason"]) == (422, "not_a_stats_screen")


def test_a_preview_needs_a_picture_and_a_player(copy: Copy, player: Player) -> None:
    assert copy.ask("POST", "/api/ocr/extract/").status_code == 401
    refused = player.http.post("/api/ocr/extract/", files={"other": ("a.txt", b"text")})
    assert refused.status_code == 400
