"""The published document as a page for people: plain HTML, without scripts and other addresses."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h2 { margin-top: 2.5rem; } a { color: inherit; }
code, pre { font: 14px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .75rem; white-space: pre-wrap; border-radius: .4rem; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; }
summary { cursor: pointer; padding: .6rem .75rem; }
details > div { padding: 0 .75rem .75rem; }
.method { display: inline-block; font-weight: 700; min-width: 4.5rem; }
.open { font-size: .85em; opacity: .7; }
dl { margin: 0; } dt { margin-top: .6rem; } dd { margin: 0 0 0 1rem; }
"""
DIGEST: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{DIGEST}'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


def page(document: Mapping[str, Any]) -> str:
    """The page that shows `document`."""
    title = escape(document["info"]["title"])
    schemas = document["components"]["schemas"]
    tags = [tag["name"] for tag in document["tags"]]
    body = [
        f"<h1>{title}</h1>",
        *(f"<p>{_words(text)}</p>" for text in document["info"]["description"].split("\n\n")),
        '<p>For programs: <a href="/schema/openapi.json">openapi.json</a>;'
        ' messages and events: <a href="/schema/asyncapi.json">asyncapi.json</a></p>',
        *(part for tag in tags for part in _tag(tag, document)),
        "<h2>Schemas</h2>",
        *(_schema(name, schema) for name, schema in sorted(schemas.items())),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def _tag(tag: str, document: Mapping[str, Any]) -> Iterable[str]:
    yield f"<h2>{escape(tag)}</h2>"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if tag in operation["tags"]:
                yield _operation(method.upper(), path, operation, document)


def _operation(
    method: str, path: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> str:
    is_open = ' <span class="open">no token</span>' if operation.get("security") == [] else ""
    parameters = "".join(map(_parameter, operation.get("parameters", [])))
    answers = "".join(
        _answer(status, _resolved(answer, document))
        for status, answer in operation["responses"].items()
    )
    return (
        f'<details id="{escape(operation["operationId"])}"><summary>'
        f'<span class="method">{method}</span> <code>{escape(path)}</code>{is_open}<br>'
        f"{escape(operation['summary'])}</summary><div>"
        + (f"<p>{_words(operation['description'])}</p>" if "description" in operation else "")
        + (f"<h3>Parameters</h3><dl>{parameters}</dl>" if parameters else "")
        + _body(operation.get("requestBody"))
        + f"<h3>Answers</h3><dl>{answers}</dl></div></details>"
    )


def _parameter(parameter: Mapping[str, Any]) -> str:
    kind = _kind(parameter["schema"])
    return (
        f"<dt><code>{escape(parameter['name'])}</code> ({parameter['in']}): {kind}</dt>"
        f"<dd>{_words(parameter.get('description', ''))}</dd>"
    )


def _body(body: Mapping[str, Any] | None) -> str:
    if body is None:
        return ""
    return "<h3>Body</h3>" + "".join(
        f"<p><code>{escape(media_type)}</code>: {_kind(content['schema'])}</p>"
        + _fields(content["schema"])
        + _example(content.get("example"))
        for media_type, content in body["content"].items()
    )


def _answer(status: str, answer: Mapping[str, Any]) -> str:
    headers = ", ".join(f"<code>{escape(name)}</code>" for name in answer.get("headers", {}))
    contents = answer.get("content", {})
    kinds = ", ".join(dict.fromkeys(_kind(content["schema"]) for content in contents.values()))
    example = next((content.get("example") for content in contents.values()), None)
    return (
        f"<dt><b>{status}</b> {_words(answer['description'])}</dt><dd>"
        + (f"<div>{', '.join(map(escape, contents))}: {kinds}</div>" if contents else "")
        + (f"<div>Headers: {headers}</div>" if headers else "")
        + _example(example)
        + "</dd>"
    )


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    return (
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary><div>'
        + (f"<p>{_words(schema['description'])}</p>" if "description" in schema else "")
        + (_fields(schema) or f"<p>{_kind(schema)}</p>")
        + _example(next(iter(schema.get("examples", [])), None))
        + "</div></details>"
    )


def _fields(schema: Mapping[str, Any]) -> str:
    needed = schema.get("required", [])
    rows = [
        f"<dt><code>{escape(name)}</code>{'' if name in needed else ' (may be absent)'}:"
        f" {_kind(field)}</dt><dd>{_words(field.get('description', ''))}</dd>"
        for name, field in schema.get("properties", {}).items()
    ]
    return f"<dl>{''.join(rows)}</dl>" if rows else ""


def _kind(schema: Mapping[str, Any]) -> str:
    """The type in a few words, with links to what is named."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if "allOf" in schema:
        needed = ", ".join(schema["required"])
        return f"{_kind(schema['allOf'][0])} with {escape(needed)}"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    kinds = schema.get("type", "anything")
    words = [" or ".join(kinds) if isinstance(kinds, list) else kinds, schema.get("format", "")]
    if "minimum" in schema and "maximum" in schema:
        words.append(f"{schema['minimum']} to {schema['maximum']}")
    if "maxLength" in schema:
        words.append(f"at most {schema['maxLength']} characters")
    return escape(" ".join(filter(None, words)))


def _resolved(answer: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in answer:
        return answer
    named: Mapping[str, Any] = document["components"]["responses"]
    resolved: Mapping[str, Any] = named[answer["$ref"].rpartition("/")[2]]
    return resolved


def _example(example: Any) -> str:
    if example is None:
        return ""
    return f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre>"


def _words(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
