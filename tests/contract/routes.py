"""The routes of both APIs as their applications hold them: no list that one could forget."""

import inspect
from collections.abc import Callable
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute
from msgspec import Struct

from command_api.app import create_app as create_command_app
from deploy.openapi import document
from deploy.schema_app import create_app as create_schema_app
from query_api.app import create_app as create_query_app


class Route(Struct, frozen=True):
    """A method at a path without its last slash; parameters stand in braces."""

    method: str
    path: str


def routes() -> list[Route]:
    """Every route but OPTIONS, which the gateway answers."""
    apps = [_bare(create_command_app), _bare(create_query_app), create_schema_app(document, dict)]
    return sorted(
        (
            Route(method, route.path_format)
            for app in apps
            for route in app.routes
            if isinstance(route, HTTPRoute)
            for method in route.methods
            if method != "OPTIONS"
        ),
        key=lambda route: (route.path, route.method),
    )


def _bare(create_app: Callable[..., Litestar]) -> Litestar:
    """An application with nothing behind it; its routes are all that is looked at."""

    async def nothing() -> Any:
        raise AssertionError

    return create_app(**dict.fromkeys(inspect.signature(create_app).parameters, nothing))
