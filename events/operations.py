"""How an operation of either API is described: what the published document is made of.

Each side keeps a table of its operations beside its routes; `deploy.openapi` makes the document.
"""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

Schema = Mapping[str, Any]


class Parameter(Struct, frozen=True, kw_only=True):
    """A query parameter or a header that a request may carry."""

    name: str
    place: Literal["query", "header"]
    says: str
    schema: Schema


class Answer(Struct, frozen=True, kw_only=True):
    """An answer that is no refusal.

    `body` is the type that is sent as JSON, None for no body; where a media type is `text/...`, it
    is text, and of others bytes. `headers` are names that the document knows.
    """

    says: str
    body: Any = None
    media_types: tuple[str, ...] = ("application/json",)
    headers: tuple[str, ...] = ()
    example: Any = None


class Operation(Struct, frozen=True, kw_only=True):
    """What can be asked at one address with one method.

    `refusals` are those of its own, by status; the document adds those that come by themselves:
    without a token, of a body that cannot be read, of an id that names nothing, of a server that
    is away. `body` is the struct of a JSON body, `needs` are fields that must be in it here; one
    that `may_be_empty` need not be sent. `form` is the schema of a multipart body. At `alias` the
    same is answered.
    """

    method: str
    path: str
    id: str
    tag: str
    summary: str
    answers: Mapping[int, Answer]
    says: str = ""
    refusals: Mapping[int, str] = {}
    parameters: tuple[Parameter, ...] = ()
    body: type | None = None
    needs: tuple[str, ...] = ()
    may_be_empty: bool = False
    form: Schema | None = None
    example: Any = None
    alias: str = ""
    is_public: bool = False


class Shape(Struct, frozen=True, kw_only=True):
    """What the type of a struct does not tell of its JSON: ranges, patterns and an example.

    `fields` replaces the schema of a field. `name` is what the document calls the struct.
    """

    struct: type
    name: str = ""
    fields: Mapping[str, Schema] = {}
    example: Any = None


def ref(name: str) -> Schema:
    """A reference to the schema `name` of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def file(says: str) -> Schema:
    """A file in a form."""
    return {"type": "string", "format": "binary", "description": says}


def nullable(schema: Schema) -> Schema:
    """`schema`, or null."""
    return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}
