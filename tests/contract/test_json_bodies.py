"""JSON that is broken, hostile or merely wrong is refused with a sentence; the rest is taken."""

import json
from typing import Any

import httpx
import pytest

from tests.contract.answers import assert_refused
from tests.journeys.players import Player

JSON = {"Content-Type": "application/json"}
UNREADABLE = {
    "nothing": b"",
    "no object": b"[]",
    "null": b"null",
    "NaN": b'{"score_user": NaN, "score_opponent": 0}',
    "infinity": b'{"score_user": Infinity, "score_opponent": 0}',
    "a float out of range": b'{"score_user": 1e400, "score_opponent": 0}',
    "4,000 digits": b'{"score_user": ' + b"9" * 4000 + b', "score_opponent": 0}',
    "5,000 digits": b'{"score_user": ' + b"9" * 5000 + b', "score_opponent": 0}',
    "half a surrogate pair": b'{"opponent_name": "\\ud800"}',
    "half a surrogate pair in a key": b'{"\\ud800": 1}',
    "a surrogate in UTF-8": b'{"opponent_name": "\xed\xa0\x80"}',
    "bad UTF-8": b'{"opponent_name": "\xff"}',
    "overlong UTF-8": b'{"opponent_name": "\xc0\x80"}',
    "a byte order mark": b'\xef\xbb\xbf{"score_user": 1, "score_opponent": 0}',
    "UTF-16": '{"score_user": 1, "score_opponent": 0}'.encode("utf-16"),
    "deep lists": b"[" * 30_000,
    "deep objects": b'{"a":' * 8_000 + b"1" + b"}" * 8_000,
    "33 deep": b'{"a":' * 33 + b"1" + b"}" * 33,
    "a field twice": b'{"score_user": 1, "score_opponent": 0, "score_user": 1}',
    "two documents": b"{}{}",
    "a null byte": b"\0",
    "a raw line break in a text": b'{"opponent_name": "a\nb"}',
}
POSTS = [
    "register",
    "login",
    "token/refresh",
    "logout",
    "password",
    "password/forgot",
    "password/reset",
    "verify",
]


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable_json_changes_no_match(owner: Player, match: str, body: bytes) -> None:
    version = owner.get(match)["version"]
    assert_refused(owner.http.put(match, content=body, headers=JSON), 400)
    assert_refused(owner.http.patch(match, content=body, headers=JSON), 400)
    assert owner.get(match)["version"] == version


@pytest.mark.parametrize("call", POSTS)
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable_json_reaches_no_account(owner: Player, call: str, body: bytes) -> None:
    assert_refused(owner.http.post(f"/api/auth/{call}/", content=body, headers=JSON), 400)


@pytest.mark.parametrize("call", POSTS)
def test_json_above_64_kib_is_too_large(owner: Player, call: str) -> None:
    body = b'{"email": "' + b"a" * 65_536 + b'"}'
    assert_refused(owner.http.post(f"/api/auth/{call}/", content=body, headers=JSON), 413)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "application/json, text/plain",
        "application/json; charset=latin-1",
        "application/json; charset=no-such",
    ],
)
def test_another_content_type_is_refused(owner: Player, match: str, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    body = b'{"score_user": 1, "score_opponent": 0}'
    assert_refused(owner.http.put(match, content=body, headers=headers), 415)
    assert_refused(owner.http.post("/api/auth/login/", content=body, headers=headers), 415)


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "x"])
def test_a_compressed_body_is_refused(
    owner: Player, picture: bytes, match: str, coding: str
) -> None:
    headers = {"Content-Encoding": coding}
    body = {"score_user": 1, "score_opponent": 0}
    assert_refused(owner.http.put(match, json=body, headers=headers), 415)
    assert_refused(owner.upload(picture, headers=headers), 415)


@pytest.mark.parametrize(
    "content_type",
    ["APPLICATION/JSON", "application/json;charset=UTF8", 'application/json; charset="utf-8"'],
)
def test_json_in_utf8_is_taken_however_it_is_called(
    owner: Player, match: str, content_type: str
) -> None:
    body = b'{"score_user": 1, "score_opponent": 0}'
    answer = owner.http.put(match, content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"score_user": -1}, "score_user"),
        ({"score_user": 100}, "score_user"),
        ({"score_user": 1.5}, "score_user"),
        ({"score_user": True}, "score_user"),
        ({"score_user": None}, "score_user"),
        ({"score_user": ""}, "score_user"),
        ({"score_user": "+4"}, "score_user"),
        ({"score_user": " 4 "}, "score_user"),
        ({"score_user": "0x4"}, "score_user"),
        ({"score_user": "\u0664"}, "score_user"),
        ({"score_user": "9" * 5000}, "score_user"),
        ({"score_user": 2**64}, "score_user"),
        ({"score_user": [1]}, "score_user"),
        ({"opponent_name": ""}, "opponent_name"),
        ({"opponent_name": "   "}, "opponent_name"),
        ({"opponent_name": "a\0b"}, "opponent_name"),
        ({"opponent_name": "a\nb"}, "opponent_name"),
        ({"opponent_name": "a\x85b"}, "opponent_name"),
        ({"opponent_name": "\u00e9" * 256}, "opponent_name"),
        ({"opponent_name": 5}, "opponent_name"),
        ({"side": "LEFT"}, "side"),
        ({"played_at": "yesterday"}, "played_at"),
        ({"played_at": "2026-01-01T00:00:00"}, "played_at"),
        ({"played_at": "0001-01-01T00:00:00+14:00"}, "played_at"),
        ({"played_at": "9999-12-31T23:59:59-14:00"}, "played_at"),
        ({"played_at": 1e308}, "played_at"),
        ({"played_at": "1700000000"}, "played_at"),
        ({"played_at": "nan"}, "played_at"),
        ({"id": "x"}, "id"),
        ({"status": "confirmed"}, "status"),
        ({"a\0b": 1}, "a\0b"),
        ({"stats": []}, "stats"),
        ({"stats": "{}"}, "stats"),
        ({"stats": {"goals": {"user": 1}}}, "stats.goals"),
        ({"stats": {"\0": {"user": 1}}}, "stats.\0"),
        ({"stats": {"shots": {}}}, "stats.shots"),
        ({"stats": {"fouls": {"user": 1}, "shots": {"user": "x"}}}, "stats.shots.user"),
        ({"stats": {"shots": {"user": -1}}}, "stats.shots"),
        ({"stats": {"shots": {"user": 10_000}}}, "stats.shots"),
        ({"stats": {"possession": {"user": 50, "opponent": 49}}}, "stats.possession"),
        ({"stats": {"possession": {"user": 101, "opponent": -1}}}, "stats.possession"),
    ],
    ids=str,
)
def test_a_field_that_cannot_be_is_named(
    owner: Player, match: str, fields: dict[str, Any], fault: str
) -> None:
    body = json.dumps({"score_user": 1, "score_opponent": 0, **fields})
    answer = owner.http.put(match, content=body, headers=JSON)
    assert_refused(answer, 400)
    assert fault in answer.json()["fields"]


@pytest.mark.parametrize("pair", [[1, 2], None, {"user": 1.5}, {"user": True}, {"user": "x"}])
def test_a_statistic_that_is_no_pair_of_numbers_is_refused(
    owner: Player, match: str, pair: object
) -> None:
    body = {"score_user": 1, "score_opponent": 0, "stats": {"shots": pair}}
    assert_refused(owner.http.put(match, json=body), 400)


@pytest.mark.parametrize(
    "name",
    ["\u00e9" * 255, "\U0001f600" * 255, "a\u2028b", " Yassine ", "\u0645\u062d\u0645\u062f"],
)
def test_a_name_comes_back_as_it_was_sent(owner: Player, match: str, name: str) -> None:
    body = {"score_user": 1, "score_opponent": 0, "opponent_name": name}
    assert owner.http.put(match, json=body).json()["opponent_name"] == name
    assert owner.get(match)["opponent_name"] == name


def test_digits_in_quotes_count_as_numbers(owner: Player, match: str) -> None:
    stats = {"shots": {"user": "7"}, "possession": {"user": "0", "opponent": "0"}}
    body = {"score_user": "4", "score_opponent": "2", "stats": stats}
    answer = owner.http.put(match, json=body).json()
    assert (answer["score_user"], answer["score_opponent"]) == (4, 2)
    assert answer["stats"] == {"shots": {"user": 7}}


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@b", "a\0b@example.com", "a b@example.com", "\u00e9@example.com", "a@" * 99],
)
def test_what_is_no_address_gets_no_account(anyone: httpx.Client, email: str) -> None:
    body = {"email": email, "password": "three blue goalposts"}
    answer = anyone.request("POST", "/api/auth/register/", json=body)
    assert_refused(answer, 400)
    assert answer.json()["fields"].keys() == {"email"}
    assert_refused(anyone.request("POST", "/api/auth/login/", json=body), 401)
