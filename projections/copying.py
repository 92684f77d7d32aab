"""Rows for tables that are new in a transaction: made ready in binary form, then copied in.

Rows that are ready are bytes, which another process can make.
"""

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from psycopg import Cursor, sql
from psycopg.rows import TupleRow

from events.columns import KINDS

MOST_WORDS: Final = 100
_NULL: Final = b"\xff\xff\xff\xff"
_INT2: Final = struct.Struct(">ih")
_LENGTH: Final = struct.Struct(">i")
# Signature, flags, and the length of a header extension; then rows; then the trailer.
_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"


class Copy:
    """Copies rows into one table; `columns` are its columns with their types, in order.

    Texts in the columns `words` are always the same few.
    """

    def __init__(self, table: str, columns: Mapping[str, str], words: Collection[str] = ()) -> None:
        types = list(columns.values())
        # Numbers that stand at the end of a row are encoded all at once.
        self._first = len(types)
        while self._first and types[self._first - 1] == "int2":
            self._first -= 1
        self._encoders = [
            lru_cache(MOST_WORDS)(_text) if name in words else _encoder(columns[name])
            for name in list(columns)[: self._first]
        ]
        self._count = struct.pack(">h", len(columns))
        # FREEZE: the table is new, so nobody has to look at these rows again later.
        self._statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary, FREEZE)").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )

    def ready(self, row: Sequence[Any]) -> bytes:
        """A row with its values in the order of columns, ready to be copied.

        Raises `ValueError` or `struct.error` for what a column cannot hold: the event's fault.
        """
        fields = [self._count]
        fields += [
            _NULL if value is None else encode(value)
            for encode, value in zip(self._encoders, row, strict=False)
        ]
        fields += map(_SHORTS.__getitem__, row[self._first :])
        return b"".join(fields)

    def write(self, cursor: Cursor[TupleRow], rows: bytes | memoryview) -> None:
        """Copy rows in that are ready."""
        if not rows:
            return
        with cursor.copy(self._statement) as copy:
            copy.write(_HEAD)
            copy.write(rows)
            copy.write(_END)

    def write_rows(self, cursor: Cursor[TupleRow], rows: Sequence[Sequence[Any]]) -> None:
        """Copy rows in."""
        self.write(cursor, b"".join(map(self.ready, rows)))


class _Shorts(dict[int | None, bytes]):
    """Small numbers that were encoded before: most are the same few."""

    def __missing__(self, number: int | None) -> bytes:
        encoded = _INT2.pack(2, number)
        self[number] = encoded
        return encoded


_SHORTS: Final = _Shorts({None: _NULL})


def _text(value: str) -> bytes:
    encoded = value.encode()
    if b"\0" in encoded:
        raise ValueError("a text holds the character 0")
    return _LENGTH.pack(len(encoded)) + encoded


def _encoder(type_name: str) -> Callable[[Any], bytes]:
    if type_name == "int2":
        return _SHORTS.__getitem__
    return _text if type_name == "text" else KINDS[type_name].encode
