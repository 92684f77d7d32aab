"""Metrics are for monitoring on the same machine."""

from tests.journeys.copies import Copy
from tests.journeys.pictures import drawn
from tests.journeys.players import Player


def test_metrics_tell_how_far_and_how_good(copy: Copy, player: Player) -> None:
    picture, truth = drawn(seed=61)
    match = player.upload(picture, side="left").json()
    assert truth.score is not None
    wrong = {"score_user": truth.score[0] + 1, "score_opponent": truth.score[1]}
    player.http.put(f"/api/matches/{match['id']}/", json=wrong)
    answer = copy.ask("GET", "/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = answer.text
    assert 'tracker_projection_lag_events{projection="matches"}' in text
    corrected = [line for line in text.splitlines() if 'field="score"' in line and "corr" in line]
    # Other tests read pictures of other sizes: each size is a line of its own.
    assert all(line.startswith("tracker_reading_values_corrected{engine=") for line in corrected)
    assert sum(int(line.rsplit(" ", 1)[1]) for line in corrected) >= 1


def test_metrics_are_not_there_for_others(copy: Copy) -> None:
    through_a_proxy = copy.ask("GET", "/metrics", headers={"X-Forwarded-For": "192.0.2.1"})
    assert through_a_proxy.status_code == 404
