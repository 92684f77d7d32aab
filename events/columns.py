"""Rows for the database by column: one array a column, in PostgreSQL's binary form.

An array of a fixed type lets one prepared statement take any number of rows, with NULLs or
without; and a driver that has to find out the type of every value takes several times as long.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
from msgspec import Struct
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_LENGTH: Final = struct.Struct(">i")
_NULL: Final = _LENGTH.pack(-1)
# Dimensions, whether there are NULLs, the type of an element, how many, the first index.
_HEAD: Final = struct.Struct(">iiIii")
_INT2: Final = struct.Struct(">ih")
_INT4: Final = struct.Struct(">ii")
_INT8: Final = struct.Struct(">iq")
_SINCE_2000: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Column(Struct, frozen=True):
    """The values of one column, encoded as an array of type `oid`."""

    oid: int
    encoded: bytes


class Kind(Struct, frozen=True):
    """A type of columns: its name, the types of a value and of an array, and a value with length.

    Raises what encoding raises for values that the type cannot hold, which is the event's fault.
    """

    name: str
    oid: int
    array_oid: int
    encode: Callable[[Any], bytes]

    def column(self, values: Sequence[Any]) -> Column:
        """These values, in order; None is NULL."""
        encode = self.encode
        elements = [_NULL if value is None else encode(value) for value in values]
        head = _HEAD.pack(1, _NULL in elements, self.oid, len(elements), 1)
        return Column(self.array_oid, head + b"".join(elements))


def _sized(data: bytes) -> bytes:
    return _LENGTH.pack(len(data)) + data


UUIDS: Final = Kind("uuid", 2950, 2951, lambda value: b"\0\0\0\x10" + value.int.to_bytes(16))
TEXTS: Final = Kind("text", 25, 1009, lambda value: _sized(value.encode()))
BYTES: Final = Kind("bytea", 17, 1001, _sized)
BOOLS: Final = Kind("bool", 16, 1000, lambda value: b"\0\0\0\1\1" if value else b"\0\0\0\1\0")
INT2S: Final = Kind("int2", 21, 1005, lambda value: _INT2.pack(2, value))
INT4S: Final = Kind("int4", 23, 1007, lambda value: _INT4.pack(4, value))
INT8S: Final = Kind("int8", 20, 1016, lambda value: _INT8.pack(8, value))
TIMES: Final = Kind(
    "timestamptz", 1184, 1185, lambda value: _INT8.pack(8, (value - _SINCE_2000) // _MICROSECOND)
)
KINDS: Final = {
    kind.name: kind for kind in (UUIDS, TEXTS, BYTES, BOOLS, INT2S, INT4S, INT8S, TIMES)
}


class _ColumnDumper(Dumper):
    """Hands a column to the driver as it is."""

    format = Format.BINARY

    def dump(self, obj: Column) -> Buffer | None:
        return obj.encoded

    def get_key(self, obj: Column, format: Any) -> Any:  # noqa: A002, ARG002  # the driver's names
        return (self.cls, obj.oid)

    def upgrade(self, obj: Column, format: Any) -> "_ColumnDumper":  # noqa: A002, ARG002
        upgraded = _ColumnDumper(self.cls)
        upgraded.oid = obj.oid
        return upgraded


# For connections that are made from now on.
psycopg.adapters.register_dumper(Column, _ColumnDumper)


def columns_of(kinds: Iterable[Kind], rows: Sequence[Sequence[Any]]) -> list[Column]:
    """The rows as columns of these kinds."""
    by_column = zip(*rows, strict=True)
    return [kind.column(values) for kind, values in zip(kinds, by_column, strict=True)]
