"""The published description of both APIs: one OpenAPI 3.1 document."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from command_api import operations as command
from deploy.openapi_operations import name_of, operation_of, refusal_of
from deploy.openapi_refusals import PROBLEM, REFUSED
from deploy.openapi_schemas import schemas_of
from events import match_shape
from events.operations import Answer, Operation, Schema
from query_api import operations as query

OF_ITSELF: Final = (
    Operation(
        method="GET",
        path="/schema/openapi.json",
        id="getSchema",
        tag="Description",
        summary="Give this document",
        answers={200: Answer(says="The document.", body=dict[str, Any])},
        is_public=True,
    ),
    Operation(
        method="GET",
        path="/schema/asyncapi.json",
        id="getEventCatalogue",
        tag="Description",
        summary="Give the messages of the bus and the stored events, as AsyncAPI",
        answers={200: Answer(says="The document.", body=dict[str, Any])},
        is_public=True,
    ),
    Operation(
        method="GET",
        path="/schema/",
        id="readSchema",
        tag="Description",
        summary="Show this document as a page",
        answers={200: Answer(says="The page.", body=str, media_types=("text/html",))},
        is_public=True,
    ),
)
OPERATIONS: Final = (*command.OPERATIONS, *query.OPERATIONS, *OF_ITSELF)
SHAPES: Final = (*match_shape.SHAPES, *command.SHAPES, *query.SHAPES)

TITLE: Final = "eFootball Match Tracker"
ABOUT: Final = """\
Finish a match in eFootball, upload a screenshot of the statistics screen, confirm what was read,
and get your match history and statistics.

Bodies are JSON in UTF-8; an upload is a form. A refused request has a status from 400 on and says
why: `{"detail": "A sentence.", "fields": {"score_user": ["A sentence."]}}`. What is somebody
else's is answered like what is not there. Below `/api/` a parameter that is not known, or given
twice, is refused. Addresses also answer without their last slash. A command answers once queries
show it.
"""
HEADERS: Final[Mapping[str, Schema]] = {
    "ETag": {
        "description": "For `If-None-Match`; that of one match is its version, for `If-Match` too.",
        "schema": {
            "type": "string",
            "pattern": '^(W/"[0-9a-f-]+"|"[0-9]+")$',
            "examples": ['"3"', 'W/"a1-2f"'],
        },
    },
    "Location": {
        "description": "The address of the new match.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Link": {
        "description": 'The next page, with `rel="next"`; absent on the last (RFC 8288).',
        "schema": {"type": "string"},
    },
    "Content-Disposition": {
        "description": "Under which name the file is to be kept.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds until another try makes sense.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Event-Position": {
        "description": "The position of the change in the log; absent where nothing changed.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Event-Position-Reached": {
        "description": "`false` where queries do not show the change, or the position, yet.",
        "schema": {"type": "string", "enum": ["false"]},
    },
    "WWW-Authenticate": {"description": "`Bearer`.", "schema": {"type": "string"}},
}


def document(operations: Iterable[Operation] = OPERATIONS) -> dict[str, Any]:
    """The document, as plain data."""
    operations = tuple(operations)
    sent = [each.body for each in operations if each.body]
    answered = [answer.body for each in operations for answer in each.answers.values()]
    schemas, named = schemas_of(sent, [kind for kind in answered if kind is not None], SHAPES)
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        described = operation_of(each, schemas)
        paths.setdefault(each.path, {})[each.method.lower()] = described
        if each.alias:
            other = {**described, "operationId": f"{each.id}Alias", "deprecated": True}
            paths.setdefault(each.alias, {})[each.method.lower()] = other
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": "1.0.0", "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(each.tag for each in operations)],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": {
                **named,
                **match_shape.SCHEMAS,
                **command.SCHEMAS,
                "Problem": PROBLEM,
            },
            "headers": HEADERS,
            "responses": {
                name_of(status): refusal_of(status, says) for status, says in REFUSED.items()
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The access token that `login` and `refreshTokens` give.",
                }
            },
        },
    }
