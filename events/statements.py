"""Statements that are sent again and again, and the rows that they are answered with.

They go to the server as `PipelinedConnection.ask` sends them: prepared, and past psycopg's
cursors and adapters, which cost several times what the driver below them does.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from psycopg.postgres import types
from psycopg.pq.abc import PGresult

_PLACE: Final = re.compile(r"%\((\w+)\)s")
_NEW_YEAR: Final = datetime(2000, 1, 1, tzinfo=UTC)  # from when PostgreSQL counts


class Statement:
    """One statement with values to be filled in at ``%(name)s``, as psycopg spells it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names = tuple(dict.fromkeys(_PLACE.findall(text)))
        numbers = {name: f"${number}" for number, name in enumerate(self.names, 1)}
        self.sent = _PLACE.sub(lambda place: numbers[place[1]], text).encode()
        # The server keeps it under this name, on each connection.
        self.name = b"ask_" + sha256(self.sent).hexdigest()[:24].encode()

    def values(self, given: Mapping[str, Any]) -> list[bytes | None]:
        """The values in their order, as text: the server knows by their places what they are."""
        return [None if (value := given[n]) is None else str(value).encode() for n in self.names]


def array_of(values: Iterable[object]) -> str:
    """An array as PostgreSQL spells it, of values that need no quotes: ids, names of events."""
    return "{" + ",".join(map(str, values)) + "}"


class Rows:
    """What a statement was answered with. A value is decoded when it is asked for."""

    def __init__(self, result: PGresult) -> None:
        self._result = result
        self._decoders = [_DECODERS[result.ftype(column)] for column in range(result.nfields)]

    def __len__(self) -> int:
        return self._result.ntuples

    def value(self, row: int, column: int) -> Any:
        """One value, None for NULL."""
        content = self._result.get_value(row, column)
        return None if content is None else self._decoders[column](content)

    def row(self, number: int, columns: slice = slice(None)) -> tuple[Any, ...]:
        """The values of a row, or those in some columns."""
        places = range(len(self._decoders))[columns]
        return tuple([self.value(number, column) for column in places])


def _integer(content: bytes) -> int:
    return int.from_bytes(content, signed=True)


def _decoders() -> Mapping[int, Callable[[bytes], Any]]:
    """How each type that we ask for is read from its binary form."""
    return {
        **{types[name].oid: _integer for name in ("int2", "int4", "int8")},
        types["text"].oid: bytes.decode,
        types["bytea"].oid: bytes,
        types["uuid"].oid: lambda content: UUID(bytes=content),
        types["timestamptz"].oid: lambda content: (
            _NEW_YEAR + timedelta(microseconds=_integer(content))
        ),
    }


_DECODERS: Final = _decoders()
