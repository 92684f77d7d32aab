"""What msgspec says of wrong input, said to people."""

import re
from typing import Any, Final

import msgspec

EXPECTED: Final = {
    "int": "a whole number",
    "str": "text",
    "object": "an object",
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "datetime": "a time such as 2026-01-21T18:30:00Z",
    "null": "null",
}
_TYPES: Final = re.compile(r"^Expected `(?P<wanted>[^`]*)`")
_UNKNOWN_FIELD: Final = re.compile(r"unknown field `(?P<name>.*)`", re.DOTALL)
# How msgspec writes "under some key".
SOME_KEY: Final = "[...]"
_MISSING_FIELD: Final = re.compile(r"missing required field `(?P<name>[^`]*)`")


def explained(message: str, parsed: Any, wanted: Any) -> tuple[str, str]:
    """The path of the field at fault, and a sentence about it; the path of a whole body is "".

    `message` is what msgspec said when it converted `parsed` to `wanted`.
    """
    fault, _, place = message.partition(" - at `$")
    path = place.rstrip("`").lstrip(".")
    if SOME_KEY in path:
        path = _with_key(path, parsed, wanted)
    if unknown := _UNKNOWN_FIELD.search(fault):
        return below(path, unknown["name"]), "There is no such field."
    if missing := _MISSING_FIELD.search(fault):
        return below(path, missing["name"]), "This is needed."
    if types := _TYPES.match(fault):
        names = [EXPECTED.get(name, name) for name in types["wanted"].split(" | ")]
        return path, f"This must be {' or '.join(names)}."
    if "enum" in fault:
        return path, "This is none of the known values."
    if "datetime" in fault:
        return path, f"This must be {EXPECTED['datetime']}."
    return path, "This cannot be used."


def below(path: str, name: str) -> str:
    """The path of `name` within `path`."""
    return ".".join(part for part in (path, name) if part)


def _with_key(path: str, parsed: Any, wanted: Any) -> str:
    """``stats[...].user`` -> ``stats.shots.user``: each key is tried alone to find it."""
    outer, _, inner = path.partition(SOME_KEY)
    names = outer.split(".") if outer else []
    mapping = parsed
    for name in names:
        mapping = mapping[name]
    for key, value in mapping.items():
        try:
            msgspec.convert(_replaced(parsed, names, {key: value}), wanted, strict=False)
        except msgspec.ValidationError:
            return below(below(outer, key), inner.lstrip("."))
    return below(outer, inner.lstrip("."))


def _replaced(parsed: Any, names: list[str], content: Any) -> Any:
    """`parsed` with `content` at the place that `names` lead to."""
    if not names:
        return content
    return {**parsed, names[0]: _replaced(parsed[names[0]], names[1:], content)}
