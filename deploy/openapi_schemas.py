"""The schemas of the published document: made of the structs that are read and sent."""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct, json
from msgspec import inspect as types

from events.operations import Schema, Shape

PLACE: Final = "#/components/schemas/{name}"
TIME: Final = "date-time"


def schemas_of(
    sent: Iterable[Any], answered: Iterable[Any], shapes: Iterable[Shape]
) -> tuple[dict[Any, Schema], dict[str, Any]]:
    """The schema of each type, and the named schemas that these refer to.

    `sent` are the types of requests, `answered` those of answers: a field with a default may be
    left out of a request, but is always in an answer.
    """
    requests = {each.cls for each in _structs(types.multi_type_info(list(sent)))}
    wanted = [*dict.fromkeys([*sent, *answered])]
    shapes_of = {shape.struct: shape for shape in shapes}
    made, named = json.schema_components(wanted, ref_template=PLACE)
    for struct in _structs(types.multi_type_info(wanted)):
        is_answer = struct.cls not in requests
        schema = named[struct.cls.__name__]
        _correct(schema, struct, is_answer=is_answer)
        if shape := shapes_of.get(struct.cls):
            _put_on(schema, shape)
    for schema in named.values():
        schema.pop("title", None)
        if "enum" in schema:
            schema["type"] = "string"
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"]).replace("``", "`")
    for schema in made:
        if schema == {"type": "object"}:  # of any form, which generators do not take for granted
            schema["additionalProperties"] = True
    names = {shape.struct.__name__: shape.name for shape in shapes_of.values() if shape.name}
    return (
        {kind: _renamed(schema, names) for kind, schema in zip(wanted, made, strict=True)},
        {names.get(name, name): _renamed(schema, names) for name, schema in named.items()},
    )


def _structs(infos: Iterable[types.Type]) -> Iterator[types.StructType]:
    """Every struct in these, and in what they hold, each once."""
    seen: set[type[Struct]] = set()
    waiting = list(infos)
    while waiting:
        info = waiting.pop()
        match info:
            case types.StructType():
                if info.cls not in seen:
                    seen.add(info.cls)
                    waiting.extend(field.type for field in info.fields)
                    yield info
            case types.UnionType():
                waiting.extend(info.types)
            case types.ListType() | types.VarTupleType():
                waiting.append(info.item_type)
            case types.DictType():
                waiting.append(info.value_type)


def _correct(schema: dict[str, Any], struct: types.StructType, *, is_answer: bool) -> None:
    """Say what msgspec leaves out: times have a format, answers have all their fields."""
    for field in struct.fields:
        own = schema["properties"][field.encode_name]
        own.pop("default", None)
        kinds = field.type.types if isinstance(field.type, types.UnionType) else (field.type,)
        if any(isinstance(kind, types.DateTimeType) for kind in kinds):
            for kind in own.get("anyOf", [own]):
                if kind.get("type") == "string":
                    kind["format"] = TIME
    if is_answer and not struct.cls.__struct_config__.omit_defaults:
        schema["required"] = [field.encode_name for field in struct.fields]


def _put_on(schema: dict[str, Any], shape: Shape) -> None:
    if strange := shape.fields.keys() - schema["properties"].keys():
        raise ValueError(f"{shape.struct.__name__} has no {', '.join(sorted(strange))}")
    schema["properties"].update(shape.fields)
    if shape.example is not None:
        schema["examples"] = [shape.example]


def _renamed(schema: Any, names: Mapping[str, str]) -> Any:
    """`schema` with its references by the public names."""
    if isinstance(schema, Mapping):
        return {key: _renamed(value, names) for key, value in schema.items()}
    if isinstance(schema, list | tuple):
        return [_renamed(item, names) for item in schema]
    if isinstance(schema, str) and schema.startswith(PLACE.format(name="")):
        name = schema.removeprefix(PLACE.format(name=""))
        return PLACE.format(name=names.get(name, name))
    return schema
