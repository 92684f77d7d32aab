"""No route bypasses the rules: each is tried with what every route has to refuse."""

import re
import uuid
from collections.abc import Mapping

import httpx
import pytest

from deploy.openapi import OPERATIONS
from events.operations import Operation
from tests.contract.answers import assert_refused
from tests.contract.asking import Asked
from tests.contract.forms import BOUNDARY, CONTENT_TYPE, END, part
from tests.contract.routes import Route, routes
from tests.journeys.players import Player

ROUTES = routes()
PUBLIC = {
    Route("POST", "/api/auth/register"),
    Route("POST", "/api/auth/login"),
    Route("POST", "/api/auth/token/refresh"),
    Route("POST", "/api/auth/password/forgot"),
    Route("POST", "/api/auth/password/reset"),
    Route("POST", "/api/auth/verify"),
    Route("GET", "/.well-known/jwks.json"),
    Route("GET", "/schema"),
    Route("GET", "/schema/openapi.json"),
    Route("GET", "/schema/asyncapi.json"),
    Route("GET", "/media/{match_id}"),  # its address is the token
    Route("GET", "/healthz"),
    Route("GET", "/readyz"),
    Route("GET", "/metrics"),
}
ANSWERS = ("/confirmation/confirm", "/confirmation/dispute", "/confirmation/screenshot")
BY_ROUTE = {Route(each.method, each.path.rstrip("/")): each for each in OPERATIONS}
JSON = {"Content-Type": "application/json"}
ATTACKS: Mapping[str, tuple[int, bytes, Mapping[str, str]]] = {
    "nothing": (400, b"", JSON),
    "deep JSON": (400, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, JSON),
    "deep lists": (400, b"[" * 60_000, JSON),
    "bad UTF-8": (400, b'{"email": "\xff"}', JSON),
    "a byte order mark": (400, b"\xef\xbb\xbf{}", JSON),
    "NaN": (400, b'{"score_user": NaN}', JSON),
    "half a surrogate pair": (400, b'{"opponent_name": "\\ud800"}', JSON),
    "a huge number": (400, b'{"score_user": 1e400}', JSON),
    "60,000 digits": (400, b'{"score_user": ' + b"9" * 60_000 + b"}", JSON),
    "a key twice": (400, b'{"email": "x", "email": "x"}', JSON),
    "a field nobody knows": (400, b'{"nobody_knows_this": 1}', JSON),
    "a list": (400, b"[]", JSON),
    "too much": (413, b'{"email": "' + b"a" * 2**16 + b'"}', JSON),
    "no content type": (415, b"{}", {"Content-Type": ""}),
    "another content type": (415, b"{}", {"Content-Type": "text/plain"}),
    "another charset": (415, b"{}", {"Content-Type": "application/json; charset=utf-16"}),
    "a form": (415, END, {"Content-Type": CONTENT_TYPE}),
    "a compressed body": (415, b"{}", {**JSON, "Content-Encoding": "gzip"}),
}
FORM = {"Content-Type": CONTENT_TYPE}
FORM_ATTACKS: Mapping[str, tuple[int, bytes, Mapping[str, str]]] = {
    "nothing": (400, b"", FORM),
    "no picture": (400, END, FORM),
    "bad UTF-8": (400, part("opponent_name", b"\xff") + END, FORM),
    "a field twice": (400, part("side", b"left") * 2 + END, FORM),
    "a field nobody knows": (400, part("nobody_knows_this", b"1") + END, FORM),
    "no end": (400, part("side", b"left"), FORM),
    "1,000 parts": (400, b"".join(part(f"x{n}", b"") for n in range(1000)) + END, FORM),
    "too much": (413, part("screenshot", b"a" * 11 * 2**20) + END, FORM),
    "a text that is too much": (413, part("opponent_name", b"a" * 2**17) + END, FORM),
    "no picture in it": (415, part("screenshot", b"x") + part("opponent_name", b"x") + END, FORM),
    "JSON": (415, b"{}", JSON),
    "no boundary": (415, END, {"Content-Type": "multipart/form-data"}),
    "another boundary": (400, END, {"Content-Type": f"{CONTENT_TYPE}{BOUNDARY}"}),
    "a compressed body": (415, END, {**FORM, "Content-Encoding": "gzip"}),
}


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def address(route: Route, match: str, asked: Asked | None = None) -> str:
    """The path with the owner's match in it, and ids of nothing elsewhere.

    Where an answer is asked of the owner, it is one that another player waits for.
    """
    path = route.path
    if asked:
        path = path.replace("/api/confirmations/{code}", f"/api/confirmations/{asked.code}")
        if path.endswith(ANSWERS):
            path = path.replace("/api/matches/{match_id}", asked.match.rstrip("/"))
    path = path.replace("/api/matches/{match_id}", match.rstrip("/"))
    return re.sub(r"{\w+}", str(uuid.uuid4()), path) + "/"


def with_body(*, form: bool) -> list[Route]:
    def fits(operation: Operation | None) -> bool:
        return operation is not None and bool(operation.form if form else operation.body)

    return [route for route in ROUTES if fits(BY_ROUTE.get(route))]


@pytest.fixture(scope="module")
def untouched(owner: Player, match: str, asked: Asked) -> list[str]:
    """What the owner has from the beginning: no refused request changes it."""
    return kept(owner, match)


def kept(owner: Player, match: str) -> list[str]:
    answers = [owner.http.get(path) for path in (match, f"{match}history/", "/api/auth/me/")]
    assert [answer.status_code for answer in answers] == [200] * 3
    # Addresses of pictures are signed anew as time goes by.
    return [re.sub(r'"/media/[^"]*"', '""', answer.text) for answer in answers]


@pytest.mark.parametrize("route", [each for each in ROUTES if each not in PUBLIC], ids=named)
def test_without_a_token_it_is_closed(anyone: httpx.Client, match: str, route: Route) -> None:
    for query in ("", "?x=1&x=1"):
        for content, headers in ((b"{", JSON), (b"", {}), (END, FORM)):
            where = address(route, match) + query
            answer = anyone.request(route.method, where, content=content, headers=headers)
            assert_refused(answer, 401)


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.path.startswith(("/api/", "/media/"))], ids=named
)
@pytest.mark.parametrize("query", ["x=1", "limit=1&limit=1", "limit=1&LIMIT=1", "%00=1", "=1"])
def test_no_parameter_is_ignored(
    owner: Player, match: str, asked: Asked, untouched: list[str], route: Route, query: str
) -> None:
    where = f"{address(route, match, asked)}?{query}"
    answer = owner.http.request(route.method, where)
    names_nothing = "{" in route.path.replace("{match_id}", "").replace("{code}", "")
    assert_refused(answer, 404 if names_nothing and answer.status_code == 404 else 400)
    assert answer.status_code == 404 or answer.json()["fields"]
    assert kept(owner, match) == untouched


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.path.startswith(("/api/", "/media/"))], ids=named
)
def test_the_parameters_that_are_known_are_those_described(
    owner: Player, match: str, asked: Asked, route: Route
) -> None:
    answer = owner.http.request(route.method, f"{address(route, match, asked)}?x=1")
    if answer.status_code == 404:
        pytest.skip("it is told first that nothing is there")
    sentence = answer.json()["fields"]["x"][0]
    known = set(sentence.partition("known are: ")[2].rstrip(".").split(", "))
    operation = next(
        each
        for each in OPERATIONS
        if route in {Route(each.method, path.rstrip("/")) for path in (each.path, each.alias)}
    )
    described = {each.name for each in operation.parameters if each.place == "query"}
    assert known == (described or {"none"})


@pytest.mark.parametrize("route", with_body(form=False), ids=named)
@pytest.mark.parametrize(("status", "body", "headers"), ATTACKS.values(), ids=ATTACKS.keys())
def test_a_hostile_body_is_refused(
    owner: Player,
    match: str,
    asked: Asked,
    untouched: list[str],
    route: Route,
    status: int,
    body: bytes,
    headers: Mapping[str, str],
) -> None:
    where = address(route, match, asked)
    answer = owner.http.request(route.method, where, content=body, headers=headers)
    assert_refused(answer, status)
    assert kept(owner, match) == untouched


@pytest.mark.parametrize("route", with_body(form=True), ids=named)
@pytest.mark.parametrize(
    ("status", "body", "headers"), FORM_ATTACKS.values(), ids=FORM_ATTACKS.keys()
)
def test_a_hostile_form_is_refused(
    owner: Player,
    match: str,
    asked: Asked,
    route: Route,
    status: int,
    body: bytes,
    headers: Mapping[str, str],
) -> None:
    operation = BY_ROUTE[route]
    if operation.form and "opponent_name" not in operation.form["properties"]:
        body = body.replace(part("opponent_name", b"x"), b"")
    where = address(route, match, asked)
    answer = owner.http.request(route.method, where, content=body, headers=headers)
    assert_refused(answer, status)


@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES}))
def test_every_other_method_is_refused(owner: Player, match: str, path: str) -> None:
    taken = {route.method for route in ROUTES if route.path == path}
    taken |= {"HEAD", "OPTIONS"} if "GET" in taken else {"OPTIONS"}
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"):
        if method not in taken:
            answer = owner.http.request(method, address(Route(method, path), match))
            assert (answer.status_code, answer.headers["Allow"]) == (405, ", ".join(sorted(taken)))
            assert method == "HEAD" or answer.json()["detail"]


def is_stream(route: Route) -> bool:
    """Whether the answer has no end."""
    operation = BY_ROUTE.get(route)  # none for another address of the same
    return operation is not None and "text/event-stream" in operation.answers[200].media_types


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.method == "GET" and not is_stream(each)], ids=named
)
def test_a_body_where_none_is_taken_is_no_trouble(
    owner: Player, match: str, asked: Asked, route: Route
) -> None:
    where = address(route, match, asked)
    for content in (b"{", b"\xff" * 70_000):
        answer = owner.http.request("GET", where, content=content, headers=JSON)
        assert answer.status_code == owner.http.get(where).status_code
