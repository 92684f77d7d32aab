"""Streams of events over HTTP: what a player's screen is told while things happen."""

import time
from contextlib import ExitStack

import httpx
import pytest

from tests.contract.described import as_described
from tests.deploy.processes import wait_for
from tests.journeys.copies import Copy
from tests.journeys.listening import listening
from tests.journeys.pictures import drawn, noise
from tests.journeys.players import Player
from tests.plain_http import NO_CERTIFICATES

SCORE = {"score_user": 1, "score_opponent": 0}
WAIT_NOT = {"Prefer": "respond-async"}


def test_a_match_is_told_from_the_upload_to_its_deletion_and_back(player: Player) -> None:
    with listening(player) as listener:
        listener.opened()
        uploaded = player.upload(drawn(11)[0], headers=WAIT_NOT).json()
        heard = listener.until("extracted")
        path = f"/api/matches/{uploaded['id']}/"
        player.http.patch(path, json={"side": "left"})
        heard += listener.until("confirmed")
        shown = player.get(path)
        confirmed = heard[-1]
        player.http.put(path, json=SCORE)
        player.http.delete(path)
        player.http.post(f"{path}restore/")
        heard += listener.until("restored")
    lasting = [event for event in heard if event.kind != "reading"]
    assert [event.kind for event in lasting] == [
        *("uploaded", "extracted", "confirmed", "corrected", "deleted", "restored")
    ]
    assert [event.data["version"] for event in lasting] == [1, 2, 3, 4, 5, 6]
    assert confirmed.data == {"match_id": uploaded["id"], "version": 3, "match": shown}
    assert lasting[4].data["match"] is None
    assert [int(event.id) for event in lasting] == sorted(int(event.id) for event in lasting)


def test_how_a_reading_goes_on_is_told(player: Player) -> None:
    with listening(player) as listener:
        listener.opened()
        match_id = player.upload(drawn(11)[0], headers=WAIT_NOT).json()["id"]
        first = listener.until("extracted")
        player.http.post(f"/api/matches/{match_id}/extraction/")
        second = listener.until("extracted")
    # Steps may come in another order, and one may be lost: they are for the eye.
    steps = [event.data for event in (*first, *second) if event.kind == "reading"]
    assert {data["match_id"] for data in steps} == {match_id}
    told = {data["step"] for data in steps}
    assert told <= {"queued", "started", "loaded", "read"}
    assert len(told) > 1


def test_a_stream_of_a_match_tells_of_no_other(player: Player) -> None:
    mine, other = (player.upload(noise()).headers["Location"] for _ in range(2))
    with listening(player, f"{mine}events/") as listener:
        listener.opened()
        player.http.put(other, json=SCORE)
        player.http.put(mine, json=SCORE)
        heard = listener.until("confirmed")
    assert [event.data["match_id"] for event in heard] == [mine.split("/")[-2]]


def test_nobody_hears_of_somebody_elses_matches(player: Player, stranger: Player) -> None:
    path = stranger.upload(noise()).headers["Location"]
    with listening(player) as listener:
        listener.opened()
        stranger.http.put(path, json=SCORE)
        mine = player.upload(noise()).json()["id"]
        assert listener.until("uploaded")[-1].data["match_id"] == mine
    with listening(player, f"{path}events/") as refused:
        assert refused.answer.status_code == 404


def test_who_comes_back_hears_all_that_was_missed_and_nothing_twice(player: Player) -> None:
    with listening(player) as listener:
        place = listener.opened()
    path = player.upload(noise()).headers["Location"]
    player.http.put(path, json=SCORE)
    by_header = {"Last-Event-ID": place}
    with listening(player, headers=by_header) as listener:
        first = listener.until("confirmed")
        player.http.delete(path)
        first += listener.until("deleted")
    assert [event.kind for event in first] == ["uploaded", "failed", "confirmed", "deleted"]
    # The match is told of as it is now, not as it was.
    assert first[0].data["match"]["status"] == "confirmed"
    # What the browser says by itself is newer than the address that the page gave it.
    again = {"Last-Event-ID": first[1].id}
    with listening(player, f"/api/events/?last_event_id={place}", again) as listener:
        rest = listener.until("deleted")
    assert [(event.kind, event.id) for event in rest] == [(e.kind, e.id) for e in first[2:]]


@pytest.mark.parametrize("place", ["9" * 18, "9" * 19, "-1", "x", "1.5", "1,2"])
def test_a_place_that_was_never_given_out_is_refused(player: Player, place: str) -> None:
    for answer in (
        player.http.get("/api/events/", headers={"Last-Event-ID": place}),
        player.http.get("/api/events/", params={"last_event_id": place}),
    ):
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["last_event_id"])


def test_another_kind_of_content_is_not_to_be_had(player: Player) -> None:
    answer = player.http.get("/api/events/", headers={"Accept": "application/json, image/*"})
    assert answer.status_code == 406
    assert "text/event-stream" in answer.json()["detail"]


def test_the_headers_are_those_of_a_stream_that_nobody_may_keep(player: Player) -> None:
    origin = {"Origin": "http://localhost:3000"}
    with listening(player, headers=origin) as listener:
        headers = listener.answer.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Access-Control-Allow-Origin"] == origin["Origin"]


def test_head_is_answered_and_over(player: Player) -> None:
    answer = player.http.head("/api/events/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert player.http.head("/api/matches/").status_code == 200


def test_a_stream_ends_with_its_session(player: Player) -> None:
    with listening(player) as listener:
        listener.opened()
        ended_at = time.monotonic()
        player.http.post("/api/auth/logout/", json={"refresh": player.tokens["refresh"]})
        (bye,) = listener.until("bye")
        assert bye.data == {"reason": "session_ended"}
        assert list(listener) == []
    assert time.monotonic() - ended_at < 3  # a second, and what the busy machine takes


def test_a_player_has_ten_streams_and_another_once_one_is_closed(player: Player) -> None:
    with ExitStack() as opened:
        listeners = [opened.enter_context(listening(player)) for _ in range(10)]
        assert all(listener.opened() for listener in listeners)
        refused = player.http.get("/api/events/")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    wait_for(lambda: may_listen(player))  # that clients have left is noticed soon


def may_listen(player: Player) -> bool:
    with listening(player) as listener:
        return listener.answer.status_code == 200


def ticket_of(player: Player) -> str:
    answer = player.http.post("/api/events/ticket/")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ticket"])


def test_a_ticket_opens_a_stream_without_a_token(player: Player) -> None:
    ticket = ticket_of(player)
    with listening(player, f"/api/events/?ticket={ticket}", signed_in=False) as listener:
        listener.opened()
        player.upload(noise())
        assert listener.until("uploaded")


def test_a_ticket_is_good_for_nothing_else(copy: Copy, player: Player) -> None:
    ticket = ticket_of(player)
    hooks = {"response": [as_described]}
    with httpx.Client(
        base_url=copy.address, trust_env=False, verify=NO_CERTIFICATES, event_hooks=hooks
    ) as http:
        for path in ("/api/matches/", "/api/auth/me/", "/api/stats/summary/"):
            assert http.get(path, params={"ticket": ticket}).status_code == 401
            bearer = {"Authorization": f"Bearer {ticket}"}
            assert http.get(path, headers=bearer).status_code == 401
        bearer = {"Authorization": f"Bearer {ticket}"}
        assert http.get("/api/events/", headers=bearer).status_code == 401
        assert http.post("/api/events/ticket/", params={"ticket": ticket}).status_code == 401
        token = player.tokens["access"]
        assert http.get("/api/events/", params={"ticket": token}).status_code == 401


def test_a_ticket_is_worth_nothing_after_its_session(copy: Copy, player: Player) -> None:
    ticket = ticket_of(player)
    player.http.post("/api/auth/logout/", json={"refresh": player.tokens["refresh"]})
    assert copy.ask("GET", "/api/events/", params={"ticket": ticket}).status_code == 401


def test_no_log_line_holds_a_ticket(copy: Copy, player: Player) -> None:
    ticket = ticket_of(player)
    assert copy.ask("GET", f"/api/nothing/?ticket={ticket}").status_code == 404
    assert copy.ask("GET", f"/api/events/?ticket={ticket}x").status_code == 401
    with listening(player, f"/api/events/?ticket={ticket}", signed_in=False) as listener:
        listener.opened()
    logs = "".join(log.read_text(errors="replace") for log in (copy.folder / "logs").glob("*"))
    assert ticket.split(".")[-1] not in logs
