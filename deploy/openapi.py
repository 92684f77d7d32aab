"""The published description of both APIs: one OpenAPI 3.1 document."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from command_api import operations as command
from deploy.openapi_refusals import (
    OF_REFUSALS,
    PERHAPS_BEHIND,
    PROBLEM,
    REFUSED,
    refusals_of,
)
from deploy.openapi_schemas import schemas_of
from events import match_shape
from events.operations import Answer, Operation, Parameter, Schema, ref
from query_api import operations as query
from query_api.freshness import BEHIND

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
JSON: Final = "application/json"
FORM: Final = "multipart/form-data"
PICTURES: Final = "image/png, image/jpeg, image/webp"

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

AN_ID: Final[Schema] = {
    "description": "Lower case, with hyphens.",
    "schema": {"type": "string", "format": "uuid"},
}
IN_PATH: Final[Mapping[str, Schema]] = {
    "code": {
        "description": "As the opponent got it.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{46}$"},
    },
}


def document(operations: Iterable[Operation] = OPERATIONS) -> dict[str, Any]:
    """The document, as plain data."""
    operations = tuple(operations)
    sent = [each.body for each in operations if each.body]
    answered = [answer.body for each in operations for answer in each.answers.values()]
    schemas, named = schemas_of(sent, [kind for kind in answered if kind is not None], SHAPES)
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        described = _operation(each, schemas)
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
                _name(status): _refusal(status, says) for status, says in REFUSED.items()
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


def _operation(operation: Operation, schemas: Mapping[Any, Schema]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
    }
    if operation.says:
        described["description"] = operation.says
    if parameters := [*_in_path(operation.path), *map(_parameter, operation.parameters)]:
        described["parameters"] = parameters
    if body := _body(operation, schemas):
        described["requestBody"] = body
    answers = {
        str(status): _answer(answer, schemas) for status, answer in operation.answers.items()
    }
    refusals = {
        str(status): {"$ref": f"#/components/responses/{_name(status)}"}
        if says == REFUSED.get(status)
        else _refusal(status, says)
        for status, says in refusals_of(operation).items()
    }
    described["responses"] = {**refusals, **answers}
    described["responses"] = dict(sorted(described["responses"].items()))
    if operation.is_public:
        described["security"] = []
    return described


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, **IN_PATH.get(name, AN_ID)}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.says,
        "schema": parameter.schema,
    }


def _body(operation: Operation, schemas: Mapping[Any, Schema]) -> dict[str, Any] | None:
    if operation.form:
        pictures = {
            name: {"contentType": PICTURES}
            for name, schema in operation.form["properties"].items()
            if schema.get("format") == "binary"
        }
        return {
            "required": True,
            "content": {FORM: {"schema": operation.form, "encoding": pictures}},
        }
    if operation.body is None:
        return None
    schema = schemas[operation.body]
    if operation.needs:
        schema = {"allOf": [schema], "required": list(operation.needs)}
    content: dict[str, Any] = {"schema": schema}
    if operation.example is not None:
        content["example"] = operation.example
    return {"required": not operation.may_be_empty, "content": {JSON: content}}


def _answer(answer: Answer, schemas: Mapping[Any, Schema]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.says, **_headers(answer.headers)}
    if answer.body is None:
        return described
    contents: dict[str, Any] = {}
    for media_type in answer.media_types:
        if answer.body is bytes:
            contents[media_type] = {"schema": {"type": "string", "format": "binary"}}
        elif media_type.startswith("text/"):
            contents[media_type] = {"schema": {"type": "string"}}
        else:
            contents[media_type] = {"schema": schemas[answer.body]}
            if answer.example is not None:
                contents[media_type]["example"] = answer.example
    return {**described, "content": contents}


def _refusal(status: int, says: str) -> dict[str, Any]:
    behind = BEHIND if status in PERHAPS_BEHIND else ()
    return {
        "description": says,
        **_headers((*OF_REFUSALS.get(status, ()), *behind)),
        "content": {JSON: {"schema": ref("Problem")}},
    }


def _headers(names: tuple[str, ...]) -> dict[str, Any]:
    if not names:
        return {}
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}


def _name(status: int) -> str:
    return f"Refused{status}"
