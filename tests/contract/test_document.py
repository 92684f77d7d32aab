"""The published document: whole, valid, and true of every route."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from msgspec import Struct

from command_api.matches.upload_form import FILE, TEXTS
from deploy.openapi import OPERATIONS
from tests.contract.described import described_api, validator
from tests.contract.routes import routes


def test_every_route_is_described_and_nothing_else() -> None:
    described = {
        (operation.method, path.rstrip("/"))
        for operation in OPERATIONS
        for path in (operation.path, operation.alias)
        if path
    }
    assert described == {(route.method, route.path) for route in routes()}


def test_operation_ids_are_unique_and_in_camel_case() -> None:
    ids = [operation.id for operation in OPERATIONS]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z]+([A-Z][a-z]+)*", each) for each in ids)


def test_the_document_is_valid_openapi() -> None:
    schemathesis.openapi.from_dict(described_api()).validate()


def test_what_is_published_is_the_document(anyone: httpx.Client) -> None:
    assert anyone.get("/schema/openapi.json").json() == json.loads(json.dumps(described_api()))


def test_the_upload_describes_every_field_of_its_form() -> None:
    upload = described_api()["paths"]["/api/matches/"]["post"]
    form = upload["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["properties"].keys() == {*TEXTS, FILE}


def examples() -> Iterator[Any]:
    for path, operations in described_api()["paths"].items():
        for method, operation in operations.items():
            contents = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in contents:
                for each in content.get("content", {}).values():
                    if "example" in each:
                        yield pytest.param(each["schema"], each["example"], id=f"{method} {path}")
    for name, schema in described_api()["components"]["schemas"].items():
        for example in schema.get("examples", []):
            yield pytest.param(schema, example, id=name)


@pytest.mark.parametrize(("schema", "example"), list(examples()))
def test_an_example_fits_its_schema(schema: dict[str, Any], example: object) -> None:
    validator(schema).validate(example)


def test_everything_in_json_has_an_example() -> None:
    for operation in OPERATIONS:
        assert operation.body is None or operation.example is not None, operation.id
        for answer in operation.answers.values():
            named = isinstance(answer.body, type) and issubclass(answer.body, Struct)
            is_json = answer.body is not None and "application/json" in answer.media_types
            is_shown = answer.example is not None or named or operation.tag == "Description"
            assert is_shown or not is_json, operation.id


def test_no_request_takes_more_than_is_described() -> None:
    for operation in OPERATIONS:
        if operation.body:
            assert validator(_of(operation.body.__name__)).is_valid({"more": 1}) is False


def _of(name: str) -> dict[str, Any]:
    renamed = {"ConfirmStats": "Confirmation", "Confirm": "ConfirmationAnswer"}
    schemas: dict[str, Any] = described_api()["components"]["schemas"]
    schema: dict[str, Any] = schemas[renamed.get(name, name)]
    assert schema["additionalProperties"] is False
    return schema


def test_the_page_names_every_operation_and_calls_no_other_address(anyone: httpx.Client) -> None:
    answer = anyone.get("/schema/")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert all(f'id="{operation.id}"' in answer.text for operation in OPERATIONS)
    assert not re.search(r"https?:|<script|<link|<img|style=|javascript:", answer.text)
