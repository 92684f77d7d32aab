"""Answers whose bytes stand already."""

from collections.abc import Mapping
from typing import Final

from litestar.types import Receive, Scope, Send

JSON: Final = "application/json"


class Ready:
    """An answer that goes out as it stands; an ASGI application, as handlers may give one.

    `litestar.Response` is made for objects that have yet to be written, in a form that depends on
    the request; finding that out costs as much as many an answer.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        status: int = 200,
        media_type: str | None = JSON,
    ) -> None:
        self.body = body
        self.status = status
        self.headers = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
        if media_type:
            self.headers.append((b"content-type", media_type.encode()))
            self.headers.append((b"content-length", str(len(body)).encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})
