"""Both APIs behind one address: a plain dispatch by method and path, without a proxy hop."""

import re
from collections.abc import Iterable
from typing import Final

import msgspec
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from events.web import NO_SUCH_PAGE, NOT_ALLOWED

WITHOUT_READ_MODEL: Final = ("/api/auth/", "/.well-known/jwks.json")
SCHEMA: Final = "/schema"
READING: Final = frozenset({"GET", "HEAD"})


def is_query(method: str, path: str) -> bool:
    """Whether the query side answers: GET and HEAD, but for what has no read model."""
    return method in READING and not path.startswith(WITHOUT_READ_MODEL)


class Address:
    """A path of the API with the methods that it takes on either side."""

    def __init__(self, path: str, methods: Iterable[str]) -> None:
        self.path = path
        self.has_parameters = "{" in path
        self.pattern = re.compile(re.sub(r"\\\{[^/]*\\\}", "[^/]+", re.escape(path)) + "/?")
        self.methods = {*methods, "OPTIONS"}
        if "GET" in self.methods:
            self.methods.add("HEAD")

    @property
    def allow(self) -> str:
        """What the header `Allow` says."""
        return ", ".join(sorted(self.methods))


def addresses(*apps: Litestar) -> list[Address]:
    """Every path that one of the apps serves, with the methods of all of them."""
    methods: dict[str, set[str]] = {}
    for app in apps:
        for route in app.routes:
            path = route.path_format.rstrip("/") or "/"
            methods.setdefault(path, set()).update(getattr(route, "methods", ()))
    return [Address(path, taken) for path, taken in methods.items()]


def gateway(command: Litestar, query: Litestar, schema: Litestar) -> ASGIApp:
    """An ASGI application that hands each request to the side that answers it.

    `schema` publishes the description of both. What no side takes is answered here: only all
    together know what an address allows.
    """
    known = addresses(command, query, schema)
    plain = {each.path: each for each in known if not each.has_parameters}
    others = [each for each in known if each.has_parameters]

    def address_of(path: str) -> Address | None:
        # Most requests are for plain paths, and patterns are tried one after the other.
        found = plain.get(path) or plain.get(path.removesuffix("/"))
        return found or next((each for each in others if each.pattern.fullmatch(path)), None)

    def side_of(method: str, path: str) -> Litestar:
        if path.startswith(SCHEMA):
            return schema
        return query if is_query(method, path) else command

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        method, path = str(scope["method"]), scope["path"]
        address = address_of(path)
        if address is None:
            await _answer(send, 404, NO_SUCH_PAGE)
        elif method == "OPTIONS":
            await _answer(send, 204, None, address.allow)
        elif method not in address.methods:
            await _answer(send, 405, NOT_ALLOWED, address.allow)
        elif method == "HEAD":
            await side_of(method, path)({**scope, "method": "GET"}, receive, _without_body(send))
        else:
            await side_of(method, path)(scope, receive, send)

    return dispatch


def _without_body(send: Send) -> Send:
    """What HEAD is answered: the headers of GET alone.

    The answer ends with them: who streams a body is told then that nobody listens any more.
    """

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_headers


async def _answer(send: Send, status: int, detail: str | None, allow: str = "") -> None:
    headers = [(b"content-type", b"application/json")] if detail else []
    if allow:
        headers.append((b"allow", allow.encode()))
    body = msgspec.json.encode({"detail": detail}) if detail else b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
