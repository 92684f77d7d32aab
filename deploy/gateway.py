"""Both APIs behind one address: a plain dispatch by method and path, without a proxy hop."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send


def is_query(method: str, path: str) -> bool:
    """Whether the query side answers: GET and HEAD, but for accounts, which have no read model."""
    return method in {"GET", "HEAD"} and not path.startswith("/api/auth/")


def gateway(command: ASGIApp, query: ASGIApp) -> ASGIApp:
    """An ASGI application that hands each request to the side that answers it."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        side = query if is_query(scope["method"], scope["path"]) else command
        await side(scope, receive, send)

    return dispatch
