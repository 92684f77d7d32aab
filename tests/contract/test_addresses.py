"""Addresses: with and without a slash, wrong methods, wrong ids, wrong parameters."""

import base64
import json
from typing import Any

import pytest

from tests.contract.answers import assert_refused
from tests.journeys.players import Player

NOBODY = "/api/matches/00000000-0000-4000-8000-000000000000/"
NIL = "00000000-0000-0000-0000-000000000000"
CHANGES = [
    ("PUT", ""),
    ("PATCH", ""),
    ("DELETE", ""),
    ("POST", "restore/"),
    ("POST", "extraction/"),
]


@pytest.mark.parametrize("method", ["PUT", "TRACE", "PROPFIND", "FOO"])
@pytest.mark.parametrize(
    "path",
    [
        "register", "login", "token/refresh", "logout", "password", "me",
        "password/forgot", "password/reset", "verify", "verify/request",
    ],
)  # fmt: skip
def test_an_account_address_takes_its_own_method_alone(
    owner: Player, path: str, method: str
) -> None:
    assert_refused(owner.http.request(method, f"/api/auth/{path}/"), 405)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FOO"])
def test_the_list_cannot_be_changed_as_a_whole(owner: Player, method: str) -> None:
    assert_refused(owner.http.request(method, "/api/matches/"), 405)


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/", "/API/matches/", "/api/matches%00/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "FOO"])
def test_where_nothing_is_there_is_404(owner: Player, method: str, path: str) -> None:
    assert_refused(owner.http.request(method, path), 404)


@pytest.mark.parametrize(
    "path", ["/api/matches", "/api/auth/me", "/api/stats/summary", "/healthz", "/readyz"]
)
def test_a_slash_at_the_end_makes_no_difference(owner: Player, path: str) -> None:
    assert owner.get(path) == owner.get(f"{path}/")


@pytest.mark.parametrize(
    "name", ["x", "1", "null", "%00", "%ff", "%zz", "%F0%9F%98%80", "9" * 5000, f"{NIL}%00"]
)
@pytest.mark.parametrize("rest", ["", "screenshot/", "history/"])
def test_what_is_no_id_names_no_match(owner: Player, name: str, rest: str) -> None:
    assert_refused(owner.http.get(f"/api/matches/{name}/{rest}"), 404)


@pytest.mark.parametrize("rest", ["", "screenshot/", "history/"])
def test_an_id_has_one_spelling(owner: Player, match: str, rest: str) -> None:
    canonical = match.split("/")[-2]
    for name in (
        canonical.upper(),
        canonical.replace("-", ""),
        f"%7B{canonical}%7D",
        f"urn:uuid:{canonical}",
    ):
        assert_refused(owner.http.get(f"/api/matches/{name}/{rest}"), 404)


def test_the_history_of_a_deleted_match_stays_readable_for_its_owner(
    owner: Player, outsider: Player, picture: bytes
) -> None:
    path = owner.upload(picture, score_user="1", score_opponent="0").headers["Location"]
    assert owner.http.delete(path).status_code == 204
    assert_refused(owner.http.get(path), 404)
    events = [entry["event"] for entry in owner.get(f"{path}history/")]
    assert "match.deleted.v1" in events  # a late reading may follow it
    assert_refused(outsider.http.get(f"{path}history/"), 404)


@pytest.mark.parametrize(("method", "rest"), CHANGES)
@pytest.mark.parametrize("name", ["x", "%00", "%ff", NIL])
def test_what_is_no_id_cannot_be_changed(owner: Player, method: str, rest: str, name: str) -> None:
    body = {"score_user": 1, "score_opponent": 0}
    assert_refused(owner.http.request(method, f"/api/matches/{name}/{rest}", json=body), 404)


@pytest.mark.parametrize(("method", "rest"), [*CHANGES, ("GET", ""), ("GET", "history/")])
@pytest.mark.parametrize("if_match", [None, '"1"', '"2"', '"99"'])
def test_a_match_of_another_is_byte_for_byte_like_none(
    owner: Player, outsider: Player, match: str, method: str, rest: str, if_match: str | None
) -> None:
    headers = {} if if_match is None else {"If-Match": if_match}
    body = {"score_user": 1, "score_opponent": 0}
    answers = [
        outsider.http.request(method, f"{path}{rest}?x=1", json=body, headers=headers)
        for path in (match, NOBODY)
    ]
    for answer in answers:
        assert_refused(answer, 404)
        # Whether a body was still on its way is the connection's business, and the clock's.
        answer.headers.pop("date")
        answer.headers.pop("connection", None)
    assert answers[0].content == answers[1].content
    assert answers[0].headers == answers[1].headers


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=501", "limit=-1", "limit=1.5", "limit=", "limit", "limit=%2B1",
        "limit=1&limit=1", "limit=1&limit=2", "limit=1;cursor=x", "limit=%00", "limit=%ff",
        "limit=%D9%A1", "limit=true", "limit=1e1", "limit=%", "limit[]=1", "LIMIT=1", "=1", "x=1",
        "%00=1", "%ff=1", "cursor=", "cursor=x", "cursor=%00", "cursor=%ff", "cursor=%C3%A9",
        "cursor=a&cursor=b", f"limit={'9' * 5000}", f"cursor={'a' * 20_000}", "opponent=",
        "opponent=%00", f"opponent={'a' * 256}", "result=won", "result=", "status=done",
        "sort=opponent", "sort=--created_at", "sort=created_at&sort=created_at", "since=yesterday",
        "since=2026-01-02&until=2026-01-01", "until=2026-01-01T00:00:00",
    ],
)  # fmt: skip
def test_a_wrong_parameter_of_the_list_is_named(owner: Player, query: str) -> None:
    answer = owner.http.get(f"/api/matches/?{query}")
    assert_refused(answer, 400)
    assert answer.json()["fields"]


@pytest.mark.parametrize(
    "content",
    [
        {}, None, [], [1, NIL], ["2026-01-01T00:00:00Z"], ["2026-01-01T00:00:00Z", "x"],
        ["yesterday", NIL], b"[" * 3000, b"[NaN, 1]", b'["\xff"]', b'["\\ud800", "x"]', b"\0",
        b"[" + b"9" * 3000 + b"]",
    ],
    ids=str,
)  # fmt: skip
def test_a_forged_cursor_is_refused(owner: Player, content: Any) -> None:
    answer = owner.http.get("/api/matches/", params={"cursor": cursor(content)})
    assert_refused(answer, 400)


@pytest.mark.parametrize(
    "query",
    [
        "version=0", "version=-1", "version=x", "version=1&version=1", f"version={'9' * 30}",
        "as_of=x", "as_of=%00", "as_of=1700000000", "as_of=2026-01-01",
        "as_of=2026-01-01T00:00:00", "x=1",
    ],
)  # fmt: skip
def test_a_wrong_parameter_of_the_history_is_named(owner: Player, match: str, query: str) -> None:
    answer = owner.http.get(f"{match}history/?{query}")
    assert_refused(answer, 400)
    assert answer.json()["fields"]


@pytest.mark.parametrize("time", ["2020-01-01T00:00:00Z", "0001-01-01T00:00:00%2B14:00"])
def test_before_its_upload_there_is_no_match(owner: Player, match: str, time: str) -> None:
    assert_refused(owner.http.get(f"{match}history/?as_of={time}"), 404)


@pytest.mark.parametrize(
    "query",
    [
        "summary/?x=1", "summary/?since=yesterday", "summary/?until=2026-01-01T00:00:00",
        "summary/?since=2026-02-01&until=2026-01-01", "summary/?opponent=", "summary/?opponent=%00",
        "opponents/?sort=opponent_name", "opponents/?sort=", "opponents/?limit=0",
        "opponents/?cursor=x", "trends/?stat=goals", "trends/?window=0", "trends/?window=101",
        "trends/?limit=501", "trends/?cursor=x", "records/?opponent=Yassine",
    ],
)  # fmt: skip
def test_a_wrong_parameter_of_statistics_is_named(owner: Player, query: str) -> None:
    answer = owner.http.get(f"/api/stats/{query}")
    assert_refused(answer, 400)
    assert answer.json()["fields"]


def cursor(content: Any) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
