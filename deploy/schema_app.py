"""The addresses that publish how both APIs are used: for programs and for people."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler

from deploy.schema_page import POLICY, page
from events.web import EXCEPTION_HANDLERS

# Makes a document, in a few tenths of a second; the start of the API does not wait for it.
Document = Callable[[], Mapping[str, Any]]

FRESH_FOR_MINUTES: Final = {"Cache-Control": "public, max-age=300"}


def create_app(openapi: Document, asyncapi: Document) -> Litestar:
    """The application that publishes these documents, each written out when first asked for."""
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


def _for_programs(path: str, document: Document) -> HTTPRouteHandler:
    @cache
    def content() -> bytes:
        return msgspec.json.encode(document())

    @get(path, sync_to_thread=True)
    def for_programs() -> Response[bytes]:
        """Give the document."""
        return Response(content(), media_type="application/json", headers=FRESH_FOR_MINUTES)

    return for_programs


def _for_people(document: Document) -> HTTPRouteHandler:
    @cache
    def content() -> bytes:
        return page(document()).encode()

    @get("/schema", sync_to_thread=True)
    def for_people() -> Response[bytes]:
        """Show the document as a page."""
        headers = {**FRESH_FOR_MINUTES, "Content-Security-Policy": POLICY}
        return Response(content(), media_type="text/html", headers=headers)

    return for_people
