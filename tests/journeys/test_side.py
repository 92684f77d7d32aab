"""The side of a player is known from the names of earlier matches."""

from msgspec.structs import replace

from ocr_service.drawing import draw, random_match, seeded
from tests.journeys.players import Player


def test_a_name_confirmed_before_tells_the_side_of_the_next_match(player: Player) -> None:
    first = replace(random_match(seeded(71)), left_name="iconics", right_name="Bayern")
    second = replace(random_match(seeded(72)), left_name="Juventus", right_name="iconics")
    uploaded = player.upload(draw(first), opponent_name="Somebody")
    assert uploaded.json()["extracted_data"]["side"] is None
    path = uploaded.headers["Location"]
    assert player.http.patch(path, json={"side": "left"}).status_code == 200

    read = player.upload(draw(second), opponent_name="Somebody else").json()["extracted_data"]
    assert second.score is not None
    assert read["side"] == "right"
    assert (read["score_user"], read["score_opponent"]) == second.score[::-1]
    assert "earlier matches" in read["side_reason"]
