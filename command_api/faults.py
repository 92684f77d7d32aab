"""What msgspec says of wrong input, said to people."""

import re
from typing import Final

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
_UNKNOWN_FIELD: Final = re.compile(r"unknown field `(?P<name>[^`]*)`")
_MISSING_FIELD: Final = re.compile(r"missing required field `(?P<name>[^`]*)`")


def explained(message: str) -> tuple[str, str]:
    """The path of the field at fault, and a sentence about it; the path of a whole body is ""."""
    fault, _, place = message.partition(" - at `$")
    path = place.rstrip("`").replace("[...]", "").lstrip(".")
    if unknown := _UNKNOWN_FIELD.search(fault):
        return _below(path, unknown["name"]), "There is no such field."
    if missing := _MISSING_FIELD.search(fault):
        return _below(path, missing["name"]), "This is needed."
    if types := _TYPES.match(fault):
        wanted = [EXPECTED.get(name, name) for name in types["wanted"].split(" | ")]
        return path, f"This must be {' or '.join(wanted)}."
    if "enum" in fault:
        return path, "This is none of the known values."
    if "datetime" in fault:
        return path, f"This must be {EXPECTED['datetime']}."
    return path, "This cannot be used."


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
