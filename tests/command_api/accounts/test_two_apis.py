"""What is promised of accounts, over HTTP, with two processes that only share servers."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest
from argon2 import extract_parameters

from tests.command_api.accounts.conftest import COST_OF_APIS
from tests.command_api.accounts.two_apis import PASSWORD, Api, Apis, new_client, running

WITHIN = 1.0  # seconds
OWNER = "192.0.2.7"


def at_once(
    ask: Callable[[Api, int], httpx.Response], apis: Apis, times: int, threads: int = 20
) -> list[httpx.Response]:
    """The answers, every other one of the other process."""

    def turn(number: int) -> httpx.Response:
        return ask(apis.two if number % 2 else apis.one, number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(turn, range(times)))


def counted(answers: Iterable[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def assert_ended_everywhere(apis: Apis, tokens: dict[str, str], since: float) -> None:
    """Both processes refuse both tokens within a second from when the end was answered."""
    for api in (apis.one, apis.two):
        while (status := api.status_of_me(tokens["access"])) == 200:
            assert time.monotonic() - since < WITHIN
        assert status == 401
        refused = api.post("token/refresh", {"refresh": tokens["refresh"]})
        assert refused.status_code == 401


def test_exactly_five_of_a_hundred_guesses_are_answered(apis: Apis) -> None:
    who = apis.registered()

    def guess(api: Api, number: int) -> httpx.Response:
        body = {**who, "password": f"guess number {number}"}
        return api.post("login", body, client=OWNER)

    answers = at_once(guess, apis, 100)
    assert counted(answers) == {401: 5, 429: 95}
    for answer in answers:
        if answer.status_code == 429:
            assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_a_hundred_guesses_of_one_client_at_many_addresses_are_counted_too(apis: Apis) -> None:
    client = new_client()

    def guess(api: Api, number: int) -> httpx.Response:
        body = {"email": f"{number}.{secrets.token_hex(4)}@example.com", "password": "a guess"}
        return api.post("login", body, client=client)

    answers = counted(at_once(guess, apis, 100))
    assert (answers[401] + answers[503], answers[429]) == (20, 80)


def test_a_stranger_does_not_lock_the_owner_out(apis: Apis) -> None:
    who = apis.registered()
    stranger = new_client()
    body = {**who, "password": "a guess"}
    answers = at_once(lambda api, _: api.post("login", body, client=stranger), apis, 60)
    assert counted(answers) == {401: 5, 429: 55}
    assert apis.signed_in(who)


def test_an_address_registered_at_once_over_two_processes_is_one_account(apis: Apis) -> None:
    email = f"{secrets.token_hex(6)}@example.com"
    spellings = [email, email.upper(), f" {email} "]

    def register(api: Api, number: int) -> httpx.Response:
        return api.post("register", {"email": spellings[number % 3], "password": PASSWORD})

    answers = counted(at_once(register, apis, 20))
    assert answers[201] == 1
    assert answers[409] + answers[503] == 19


def test_twenty_refreshes_at_once_get_one_and_the_same_successor(apis: Apis) -> None:
    token = apis.signed_in(apis.registered())["refresh"]
    answers = at_once(lambda api, _: api.post("token/refresh", {"refresh": token}), apis, 20)
    assert counted(answers) == {200: 20}
    assert len({answer.json()["refresh"] for answer in answers}) == 1
    again = apis.one.post("token/refresh", {"refresh": answers[0].json()["refresh"]})
    assert again.status_code == 200


def test_reuse_ends_the_session_and_all_its_descendants_everywhere(apis: Apis) -> None:
    who = apis.registered()
    other = apis.signed_in(who)
    generations = [apis.signed_in(who)]
    for api in (apis.one, apis.two, apis.one):
        answer = api.post("token/refresh", {"refresh": generations[-1]["refresh"]})
        generations.append(answer.json())
    assert apis.two.status_of_me(generations[-1]["access"]) == 200
    reused = apis.one.post("token/refresh", {"refresh": generations[0]["refresh"]})
    began = time.monotonic()
    assert reused.status_code == 401
    for tokens in generations:
        assert_ended_everywhere(apis, tokens, began)
    assert apis.one.status_of_me(other["access"]) == apis.two.status_of_me(other["access"]) == 200


def test_logout_ends_the_session_everywhere(apis: Apis) -> None:
    tokens = apis.signed_in(apis.registered())
    left = apis.one.post("logout", {"refresh": tokens["refresh"]}, token=tokens["access"])
    began = time.monotonic()
    assert left.status_code == 204
    assert_ended_everywhere(apis, tokens, began)


def test_a_new_password_ends_the_other_sessions_everywhere(apis: Apis) -> None:
    who = apis.registered()
    here, there = apis.signed_in(who), apis.signed_in(who)
    body = {"current": PASSWORD, "new": "four red cards"}
    assert apis.two.post("password", body, token=here["access"]).status_code == 204
    began = time.monotonic()
    assert_ended_everywhere(apis, there, began)
    assert apis.one.status_of_me(here["access"]) == 200
    assert apis.one.post("login", who).status_code == 401


def test_an_ended_session_is_ended_everywhere(apis: Apis) -> None:
    who = apis.registered()
    here, there = apis.signed_in(who), apis.signed_in(who)
    listed = apis.one.ask("GET", "/api/auth/sessions/", token=here["access"]).json()
    (other,) = [session["id"] for session in listed if not session["current"]]
    path = f"/api/auth/sessions/{other}/"
    assert apis.one.ask("DELETE", path, token=here["access"]).status_code == 204
    began = time.monotonic()
    assert_ended_everywhere(apis, there, began)


def test_a_flood_of_logins_is_answered_or_asked_to_come_again(apis: Apis) -> None:
    who = {"email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD}
    answers = at_once(lambda api, _: api.post("login", who), apis, 80, threads=80)
    assert set(counted(answers)) <= {401, 503}
    for answer in answers:
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) >= 1
    assert apis.signed_in(apis.registered())


def test_what_is_answered_does_not_tell_known_from_unknown(apis: Apis) -> None:
    who = apis.registered()
    known = apis.one.post("login", {**who, "password": "a guess"})
    unknown = apis.one.post("login", {"email": f"x{who['email']}", "password": "a guess"})
    assert known.status_code == unknown.status_code == 401
    assert known.content == unknown.content
    names = [[name for name, _ in answer.headers.raw] for answer in (known, unknown)]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("password", "status"),
    [
        ("\N{SOCCER BALL}" * 7, 400),
        ("\N{SOCCER BALL}" * 8, 201),
        ("\N{SOCCER BALL}" * 128, 201),
        ("\N{SOCCER BALL}" * 129, 400),
        ("        ", 201),
        ("all lower case", 201),
        ("tab\tnul\0x", 201),
        ("password", 400),
        ("PassWord123", 400),
    ],
)
def test_any_password_of_the_right_length_that_is_not_common_is_taken(
    apis: Apis, password: str, status: int
) -> None:
    who = {"email": f"{secrets.token_hex(6)}@example.com", "password": password}
    answer = apis.one.post("register", who)
    assert answer.status_code == status, answer.text
    if status == 201:
        assert apis.two.post("login", who).status_code == 200
        assert apis.two.post("login", {**who, "password": f"{password}x"}).status_code == 401
        assert apis.two.post("login", {**who, "password": password[:-1]}).status_code == 401


def test_the_address_is_no_password(apis: Apis) -> None:
    email = f"{secrets.token_hex(6)}@example.com"
    answer = apis.one.post("register", {"email": email, "password": email.upper()})
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"password"}


def test_settings_make_passwords_longer_and_hashes_dearer_from_the_next_login_on(
    apis: Apis, tmp_path: Path
) -> None:
    who = apis.registered()
    assert stored_cost(apis, who["email"]) == COST_OF_APIS
    settings = {"TRACKER_SHORTEST_PASSWORD": "15", "TRACKER_HASH_COST": "20480,3,1"}
    stricter = Api(tmp_path / "stricter.log", {**apis.environment, **settings})
    with running(stricter):
        short = {"email": f"x{who['email']}", "password": "x" * 14}
        assert stricter.post("register", short).status_code == 400
        assert stricter.post("login", {**who, "password": "a guess"}).status_code == 401
        assert stored_cost(apis, who["email"]) == COST_OF_APIS
        assert stricter.post("login", who).status_code == 200
        assert stored_cost(apis, who["email"]) == (20 * 1024, 3)


def stored_cost(apis: Apis, email: str) -> tuple[int, int]:
    """Memory and passes of the stored hash."""
    with psycopg.connect(apis.environment["TRACKER_DATABASE"]) as conn:
        row = conn.execute(
            "SELECT password_hash FROM accounts.players WHERE email = %s", [email]
        ).fetchone()
    assert row
    cost = extract_parameters(row[0])
    return cost.memory_cost, cost.time_cost


def test_a_ticket_opens_a_stream_at_the_other_process_until_its_session_ends(apis: Apis) -> None:
    tokens = apis.signed_in(apis.registered())
    ticket = apis.one.ask("POST", "/api/events/ticket/", token=tokens["access"]).json()["ticket"]
    with apis.two.http.stream("GET", "/api/events/", params={"ticket": ticket}) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry: ")
        apis.one.post("logout", {"refresh": tokens["refresh"]}, token=tokens["access"])
        ended_at = time.monotonic()
        assert 'data: {"reason":"session_ended"}' in list(lines)
        assert time.monotonic() - ended_at < WITHIN
    refused = apis.two.http.get("/api/events/", params={"ticket": ticket})
    assert refused.status_code == 401
