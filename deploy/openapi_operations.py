"""One operation in the published document, made of what the tables of both sides say of it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from deploy.openapi_refusals import OF_REFUSALS, PERHAPS_BEHIND, REFUSED, refusals_of
from events.operations import Answer, Operation, Parameter, Schema, ref
from query_api.freshness import BEHIND

JSON: Final = "application/json"
FORM: Final = "multipart/form-data"
PICTURES: Final = "image/png, image/jpeg, image/webp"
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


def operation_of(operation: Operation, schemas: Mapping[Any, Schema]) -> dict[str, Any]:
    """An operation of the table; `schemas` are those of what is sent and answered, by type."""
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
        str(status): {"$ref": f"#/components/responses/{name_of(status)}"}
        if says == REFUSED.get(status)
        else refusal_of(status, says)
        for status, says in refusals_of(operation).items()
    }
    described["responses"] = {**refusals, **answers}
    described["responses"] = dict(sorted(described["responses"].items()))
    if operation.is_public:
        described["security"] = []
    return described


def refusal_of(status: int, says: str) -> dict[str, Any]:
    """A refusal with this status."""
    behind = BEHIND if status in PERHAPS_BEHIND else ()
    return {
        "description": says,
        **_headers((*OF_REFUSALS.get(status, ()), *behind)),
        "content": {JSON: {"schema": ref("Problem")}},
    }


def name_of(status: int) -> str:
    """The name of the answer that refusals with this status share."""
    return f"Refused{status}"


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


def _headers(names: tuple[str, ...]) -> dict[str, Any]:
    if not names:
        return {}
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}
