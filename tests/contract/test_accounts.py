"""What players see and change of their own accounts."""

import re

import httpx
import jwt
import pytest

from tests.contract.answers import assert_refused
from tests.journeys.players import Player


def test_the_audit_leads_from_page_to_page(player: Player) -> None:
    whole = player.get("/api/auth/audit/")
    assert [event["kind"] for event in whole] == ["login_succeeded", "registered"]
    assert [event["is_current_session"] for event in whole] == [True, False]
    first = player.http.get("/api/auth/audit/?limit=1")
    link = re.fullmatch(
        r'<(/api/auth/audit/\?limit=1&cursor=.+)>; rel="next"', first.headers["Link"]
    )
    assert link
    second = player.http.get(link[1])
    assert first.json() + second.json() == whole
    assert "Link" not in second.headers


def test_the_audit_shows_nothing_of_others(player: Player, stranger: Player) -> None:
    shown = player.http.get("/api/auth/audit/").text
    for event in stranger.get("/api/auth/audit/"):
        assert event["request_id"] not in shown


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=501", "limit=x", "limit=", "limit=1&limit=1", "x=1", "cursor=x",
        "cursor=", "cursor=W10", "cursor=WzBd", "cursor=WyJ4Il0", "cursor=Wy0xXQ", "cursor=WzEsMl0",
        "cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5XQ",
    ],
)  # fmt: skip
def test_a_wrong_parameter_of_the_audit_is_named(owner: Player, query: str) -> None:
    answer = owner.http.get(f"/api/auth/audit/?{query}")
    assert_refused(answer, 400)
    assert answer.json()["fields"]


def test_a_display_name_is_shown_once_it_is_given(player: Player) -> None:
    assert player.get("/api/auth/me/")["display_name"] is None
    for name in ("Amina \N{SOCCER BALL}", "null", None):
        answer = player.http.patch("/api/auth/me/", json={"display_name": name})
        assert answer.status_code == 200
        assert answer.json() == player.get("/api/auth/me/")
        assert answer.json()["display_name"] == name


@pytest.mark.parametrize(
    "body",
    [
        {}, [], {"display_name": ""}, {"display_name": "x" * 41}, {"display_name": "a\nb"},
        {"display_name": 5}, {"display_name": True}, {"display_name": ["x"]},
        {"display_name": "x", "email": "other@example.com"}, {"display_name": "x", "id": "x"},
        {"email": "other@example.com"},
    ],
    ids=str,
)  # fmt: skip
def test_nothing_else_of_an_account_is_changed(owner: Player, body: object) -> None:
    before = owner.get("/api/auth/me/")
    answer = owner.http.patch("/api/auth/me/", json=body)
    assert_refused(answer, 400)
    assert answer.json()["fields"]
    assert owner.get("/api/auth/me/") == before


def test_a_stranger_verifies_a_token_with_the_published_keys(
    anyone: httpx.Client, owner: Player
) -> None:
    answer = anyone.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Content-Type"].startswith("application/json")
    ring = jwt.PyJWKSet.from_dict(answer.json())
    token = owner.tokens["access"]
    key = ring[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["EdDSA"], audience="efootball-match-tracker")
    assert claims["sub"] == owner.id


def test_the_published_keys_are_public_in_every_part(anyone: httpx.Client) -> None:
    for key in anyone.get("/.well-known/jwks.json").json()["keys"]:
        assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
        assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "EdDSA")


def test_a_page_of_this_machine_may_read_the_published_keys(anyone: httpx.Client) -> None:
    origin = "http://localhost:3000"
    answer = anyone.get("/.well-known/jwks.json", headers={"Origin": origin})
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert anyone.head("/.well-known/jwks.json").headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_the_published_keys_are_only_read(anyone: httpx.Client, method: str) -> None:
    assert_refused(anyone.request(method, "/.well-known/jwks.json"), 405)


def test_the_published_keys_take_no_parameters(anyone: httpx.Client) -> None:
    assert_refused(anyone.get("/.well-known/jwks.json?x=1"), 400)
