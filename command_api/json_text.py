"""JSON becomes structs, or a refusal that names the field at fault."""

import json
import re
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from command_api.faults import EXPECTED, below, explained
from events.refusals import Invalid

T = TypeVar("T")

DEEPEST: Final = 32
UNREADABLE: Final = "This is not readable JSON."
RFC_3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def from_json(body: bytes | str, wanted: type[T], field: str = "") -> T:
    """JSON text as `wanted`; faults stand below `field` if given. Raises `Invalid`."""
    try:
        parsed = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid(UNREADABLE, {field: [UNREADABLE]} if field else None) from None
    text = body if isinstance(body, str) else body.decode()
    # Every level opens with a bracket: with few brackets nobody has to look.
    if text.count("[") + text.count("{") > DEEPEST and _depth(parsed) > DEEPEST:
        sentence = "This JSON is nested too deeply."
        raise Invalid(sentence, {field: [sentence]} if field else None)
    # Each key that was sent has a colon of its own: with no more colons than keys, none came twice.
    if text.count(":") > _keys_in(parsed) and (twice := _sent_twice(text)):
        raise Invalid("A field was sent twice.", {below(field, twice): ["Send this once."]})
    return convert(parsed, wanted, field)


def convert(parsed: Any, wanted: type[T], field: str = "") -> T:
    """Parsed JSON as `wanted`; digits in quotes count as numbers. Raises `Invalid`."""
    faults = _no_times(parsed, wanted)
    try:
        converted = msgspec.convert(parsed, wanted, strict=False)
    except msgspec.ValidationError as error:
        path, sentence = explained(str(error), parsed, wanted)
        faults.setdefault(path, [sentence])
    if faults:
        named = {below(field, path) or "body": sentences for path, sentences in faults.items()}
        raise Invalid("Some fields cannot be used.", named)
    return converted


def _no_times(parsed: Any, wanted: type) -> dict[str, list[str]]:
    """What stands where a time should: msgspec also takes seconds since 1970 in digits."""
    if not isinstance(parsed, dict):
        return {}
    said = {name: parsed[name] for name in _times_in(wanted) if parsed.get(name) is not None}
    return {
        name: [f"This must be {EXPECTED['datetime']}, with its zone."]
        for name, time in said.items()
        if not (isinstance(time, str) and RFC_3339.fullmatch(time))
    }


@cache
def _times_in(wanted: type) -> tuple[str, ...]:
    """The fields of a struct that hold times."""
    info = inspect.type_info(wanted)
    fields = info.fields if isinstance(info, inspect.StructType) else ()
    return tuple(each.encode_name for each in fields if _holds_time(each.type))


def _holds_time(info: inspect.Type) -> bool:
    kinds = info.types if isinstance(info, inspect.UnionType) else (info,)
    return any(isinstance(kind, inspect.DateTimeType) for kind in kinds)


def _depth(value: object) -> int:
    deepest = 0
    waiting = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(item, dict):
            waiting.extend((child, depth + 1) for child in item.values())
        elif isinstance(item, list):
            waiting.extend((child, depth + 1) for child in item)
    return deepest


def _keys_in(value: object) -> int:
    """How many keys the objects in a value hold; it is not nested deeply."""
    if isinstance(value, dict):
        return len(value) + sum(map(_keys_in, value.values()))
    return sum(map(_keys_in, value)) if isinstance(value, list) else 0


def _sent_twice(text: str) -> str | None:
    """The path of the first key that an object holds twice."""
    try:
        json.loads(text, object_pairs_hook=_refuse_equal_keys, parse_int=str)
    except _EqualKeys:
        return _repeated(json.loads(text, object_pairs_hook=_Pairs, parse_int=str))
    return None


class _EqualKeys(Exception):
    """An object holds a key twice."""


def _refuse_equal_keys(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise _EqualKeys


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of a JSON object as they came; a list of JSON is a plain `list`."""


def _repeated(value: object, path: str = "") -> str | None:
    """The path of the first key that an object holds twice; `value` is not nested deeply."""
    if isinstance(value, _Pairs):
        keys: set[str] = set()
        for key, item in value:
            place = below(path, key)
            if key in keys:
                return place
            keys.add(key)
            if found := _repeated(item, place):
                return found
    elif isinstance(value, list):
        return next(filter(None, (_repeated(item, path) for item in value)), None)
    return None
