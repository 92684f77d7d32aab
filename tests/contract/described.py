"""Holds the answers of a running copy against the published document."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import jsonschema_rs

from deploy.openapi import HEADERS, document
from deploy.openapi_refusals import OF_REFUSALS
from tests.contract.answers import GUARDS


def as_described(answer: httpx.Response) -> None:
    """A hook for clients: each answer has a status, a body and headers that are described.

    What is asked of an address that does not take it is described nowhere, and passes, as long as
    it guards the browser like any other.
    """
    assert GUARDS.items() <= dict(answer.headers).items(), f"unguarded: {answer.headers}"
    request = answer.request
    operation = _operation_at(request.method, request.url.path)
    if operation is None:
        return
    answer.read()
    name = f"{request.method} {request.url.path}: {answer.status_code}"
    status = str(answer.status_code)
    assert status in operation["responses"], f"{name} is not described: {answer.text[:300]}"
    described = _resolved(operation["responses"][status])
    known = {header.lower() for header in HEADERS}
    said = {header.lower() for header in described.get("headers", {})}
    assert (answer.headers.keys() & known) <= said, f"{name} has more headers: {answer.headers}"
    for header in OF_REFUSALS.get(answer.status_code, ()):
        assert header in answer.headers, f"{name} lacks {header}"
    _check_body(name, answer, described.get("content", {}))


def _check_body(name: str, answer: httpx.Response, content: Mapping[str, Any]) -> None:
    if not content:
        assert answer.content == b"", f"{name} has a body"
        return
    media_type = answer.headers["Content-Type"]
    assert media_type.removesuffix("; charset=utf-8") in {
        each.removesuffix("; charset=utf-8") for each in content
    }, f"{name} is {media_type}"
    if media_type != "application/json":
        return
    fault = next(_validator_of(content[media_type]).iter_errors(answer.json()), None)
    assert fault is None, f"{name}: {fault}"


def validator(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Checks JSON against a schema of the document."""
    whole = {**schema, "components": described_api()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


@cache
def described_api() -> dict[str, Any]:
    return document()


_validators: dict[int, jsonschema_rs.Draft202012Validator] = {}


def _validator_of(content: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    # The document lives as long as this module, so an id stays that of its object.
    key = id(content)
    if key not in _validators:
        _validators[key] = validator(content["schema"])
    return _validators[key]


def _operation_at(method: str, path: str) -> Mapping[str, Any] | None:
    for pattern, operations in _patterns():
        if pattern.fullmatch(path) and method.lower() in operations:
            found: Mapping[str, Any] = operations[method.lower()]
            return found
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], Mapping[str, Any]]]:
    # Fixed paths first: /api/matches/stats/summary/ is no match.
    paths = sorted(described_api()["paths"].items(), key=lambda item: "{" in item[0])
    return [
        (re.compile(re.sub(r"{\w+}", "[^/]+", path.rstrip("/")) + "/?"), operations)
        for path, operations in paths
    ]


def _resolved(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in answer:
        return answer
    named: Mapping[str, Any] = described_api()["components"]["responses"]
    resolved: Mapping[str, Any] = named[answer["$ref"].rpartition("/")[2]]
    return resolved
