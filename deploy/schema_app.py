"""The addresses that publish how both APIs are used: for programs and for people."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler

from deploy.schema_page import POLICY, page
from events.web import EXCEPTION_HANDLERS

FRESH_FOR_MINUTES: Final = {"Cache-Control": "public, max-age=300"}


def create_app(document: Mapping[str, Any]) -> Litestar:
    """The application that publishes `document`, which is written out once."""
    return Litestar(
        route_handlers=[_for_programs(document), _for_people(document)],
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        logging_config=None,
    )


def _for_programs(document: Mapping[str, Any]) -> HTTPRouteHandler:
    content = msgspec.json.encode(document)

    @get("/schema/openapi.json", sync_to_thread=False)
    def for_programs() -> Response[bytes]:
        """Give the document."""
        return Response(content, media_type="application/json", headers=FRESH_FOR_MINUTES)

    return for_programs


def _for_people(document: Mapping[str, Any]) -> HTTPRouteHandler:
    content = page(document).encode()

    @get("/schema", sync_to_thread=False)
    def for_people() -> Response[bytes]:
        """Show the document as a page."""
        headers = {**FRESH_FOR_MINUTES, "Content-Security-Policy": POLICY}
        return Response(content, media_type="text/html", headers=headers)

    return for_people
