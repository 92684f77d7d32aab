"""The addresses that publish how both APIs are used: for programs and for people."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler

from deploy.schema_page import POLICY, page
from events.web import EXCEPTION_HANDLERS

FRESH_FOR_MINUTES: Final = {"Cache-Control": "public, max-age=300"}


def create_app(openapi: Mapping[str, Any], asyncapi: Mapping[str, Any]) -> Litestar:
    """The application that publishes these documents, which are written out once."""
    return Litestar(
        route_handlers=[
            _for_programs("/schema/openapi.json", openapi),
            _for_programs("/schema/asyncapi.json", asyncapi),
            _for_people(openapi),
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        logging_config=None,
    )


def _for_programs(path: str, document: Mapping[str, Any]) -> HTTPRouteHandler:
    content = msgspec.json.encode(document)

    @get(path, sync_to_thread=False)
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
