"""What every answer carries whoever gives it: headers that guard a browser, and CORS."""

import re
from collections.abc import Callable, Collection, Iterable
from ipaddress import ip_address
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from deploy.unread_bodies import hearing_out

RawHeaders = list[tuple[bytes, bytes]]

GUARDS: Final[RawHeaders] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-site"),
]
DEFAULTS: Final[RawHeaders] = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
EXPOSED: Final = (
    b"ETag, Location, Retry-After, Link, Event-Position, Event-Position-Reached,"
    b" Content-Disposition"
)
METHODS: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE"
LOOPBACK_ORIGIN: Final = re.compile(
    rb"https?://(localhost|127(\.\d{1,3}){3}|\[::1\]|[a-z0-9-]+\.localhost)(:\d{1,5})?"
)


def allowed_origins(host: str, more: Collection[str] = ()) -> Callable[[bytes], bool]:
    """Which origins may read answers: `more`, and while we listen on this machine alone, its own.

    An origin is compared as browsers send it: `read_settings` brings `more` into that spelling.
    """
    is_loopback = ip_address(host).is_loopback
    named = frozenset(origin.encode() for origin in more)

    def allowed(origin: bytes) -> bool:
        if origin in named:
            return True
        return is_loopback and LOOPBACK_ORIGIN.fullmatch(origin) is not None

    return allowed


def edge(app: ASGIApp, allowed: Callable[[bytes], bool]) -> ASGIApp:
    """`app` with the headers added, and preflight requests answered."""
    patient = hearing_out(app)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        cors = _cors(scope, allowed)
        if cors and _is_preflight(scope):
            await _answer_preflight(scope, send, cors)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"]]
                present = {name.lower() for name, _ in headers}
                headers += [(n, v) for n, v in DEFAULTS if n not in present]
                message["headers"] = [*headers, *GUARDS, *cors, (b"vary", b"Origin")]
            await send(message)

        await patient(scope, receive, send_with_headers)

    return guarded


def _cors(scope: HTTPScope, allowed: Callable[[bytes], bool]) -> RawHeaders:
    origin = _header(scope["headers"], b"origin")
    if origin is None or not allowed(origin):
        return []
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", EXPOSED),
    ]


def _is_preflight(scope: HTTPScope) -> bool:
    return (
        scope["method"] == "OPTIONS"
        and _header(scope["headers"], b"access-control-request-method") is not None
    )


async def _answer_preflight(scope: HTTPScope, send: Send, cors: RawHeaders) -> None:
    wanted = _header(scope["headers"], b"access-control-request-headers") or b""
    headers = [
        *cors,
        *GUARDS,
        (b"access-control-allow-methods", METHODS),
        (b"access-control-max-age", b"600"),
        (b"vary", b"Origin, Access-Control-Request-Headers"),
    ]
    if re.fullmatch(rb"[A-Za-z0-9, -]*", wanted):
        headers.append((b"access-control-allow-headers", wanted))
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    return next((value for key, value in headers if key.lower() == name), None)
