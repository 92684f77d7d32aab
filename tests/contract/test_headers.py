"""Headers of requests in all their forms, and the headers that every answer carries."""

import httpx
import pytest

from tests.contract.answers import GUARDS, assert_refused
from tests.journeys.players import Player

SCORE = {"score_user": 1, "score_opponent": 0}
LOCAL = [
    "http://localhost:3000", "http://127.0.0.1:5173", "http://[::1]:1", "http://app.localhost",
    "http://192.168.1.20:5173",  # the one that the settings of this copy name
]  # fmt: skip
FOREIGN = [
    "https://example.com", "null", "http://localhost.example.com", "http://localhost:3000/",
    "http://127.0.0.1.example.com", "file://localhost",
]  # fmt: skip


@pytest.mark.parametrize(
    "condition",
    ['"x"', '""', '"-1"', '"0"', '"999"', 'W/"1"', '"\u0661"', f'"{"9" * 4000}"'],
)
def test_a_condition_that_does_not_hold_changes_nothing(
    owner: Player, match: str, condition: str
) -> None:
    version = owner.get(match)["version"]
    headers = {b"If-Match": condition.encode()}
    for method in ("PUT", "PATCH"):
        assert_refused(owner.http.request(method, match, json=SCORE, headers=headers), 412)
    assert_refused(owner.http.request("DELETE", match, headers=headers), 412)
    assert owner.get(match)["version"] == version


def test_a_condition_that_holds_lets_the_change_pass(owner: Player, match: str) -> None:
    tag = owner.http.get(match).headers["ETag"]
    answer = owner.http.put(match, json=SCORE, headers={"If-Match": tag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"' != tag
    assert owner.http.put(match, json=SCORE, headers={"If-Match": "*"}).status_code == 200


def test_what_the_reader_has_already_is_not_sent_again(owner: Player, match: str) -> None:
    tag = owner.http.get(match).headers["ETag"]
    for tags in (tag, f'"0", {tag}'):
        answer = owner.http.get(match, headers={"If-None-Match": tags})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert owner.http.get(match, headers={"If-None-Match": '"0"'}).status_code == 200


@pytest.mark.parametrize("position", ["", "-1", "x", "1.5", "1,2", "9" * 19, "\u0661", "\u00ff"])
def test_a_position_that_is_no_number_is_refused(owner: Player, match: str, position: str) -> None:
    headers = {b"Event-Position": position.encode()}
    assert_refused(owner.http.get(match, headers=headers), 400)


def test_a_position_in_the_far_future_is_waited_for_in_vain(owner: Player, match: str) -> None:
    answer = owner.http.get(match, headers={"Event-Position": "9" * 18})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "prefer", ["wait=-1", "wait=x", "wait=", "handling=lenient", "\u00ff", ","]
)
def test_a_preference_that_makes_no_sense_is_ignored(
    owner: Player, picture: bytes, prefer: str
) -> None:
    answer = owner.http.post(
        "/api/matches/",
        files={"screenshot": ("match.png", picture, "image/png")},
        data={"opponent_name": "Yassine", "score_user": "1", "score_opponent": "0"},
        headers={b"Prefer": prefer.encode()},
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "prefer", ["wait=0", "respond-async", "Respond-Async", "respond-async, wait=5"]
)
def test_who_does_not_want_to_wait_does_not(owner: Player, picture: bytes, prefer: str) -> None:
    answer = owner.upload(picture, headers={"Prefer": prefer})
    assert (answer.status_code, answer.json()["status"]) == (202, "processing")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200), ("GET", "/api/matches/", 401), ("GET", "/nothing", 404),
        ("POST", "/api/auth/login/", 415), ("FOO", "/api/auth/login/", 405),
        ("OPTIONS", "/api/matches/", 204), ("HEAD", "/nothing", 404),
    ],
)  # fmt: skip
def test_every_answer_guards_the_browser(
    anyone: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = anyone.request(method, path)
    assert answer.status_code == status
    assert GUARDS.items() <= dict(answer.headers).items()
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("origin", LOCAL)
@pytest.mark.parametrize("path", ["/api/matches/", "/nothing", "/api/auth/me/"])
def test_a_local_frontend_may_read_even_refusals(
    anyone: httpx.Client, origin: str, path: str
) -> None:
    answer = anyone.request("GET", path, headers={"Origin": origin})
    assert answer.status_code >= 400
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "Location", "Retry-After", "Link", "Event-Position"} <= set(exposed)
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("origin", LOCAL)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "GET"])
def test_a_local_frontend_may_send_every_method(
    anyone: httpx.Client, origin: str, method: str
) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,if-match",
    }
    answer = anyone.request("OPTIONS", "/api/matches/x/", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert method in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == asked["Access-Control-Request-Headers"]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_page_may_read_nothing(anyone: httpx.Client, origin: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS"):
        answer = anyone.request(method, "/api/matches/", headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
