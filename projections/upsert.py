"""Puts many rows into a table with one statement, in place of those with the same key."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from psycopg import Cursor, sql
from psycopg.rows import TupleRow

from projections.columns import KINDS, columns_of

# A value is reached by walking over those before it, so an array should not be long.
MOST_ROWS: Final = 100

_NEW: Final = sql.SQL("{name} = EXCLUDED.{name}")
_SUM: Final = sql.SQL("{name} = {old}.{name} + EXCLUDED.{name}")
_UNLESS_EMPTY: Final = sql.SQL(
    "{name} = CASE EXCLUDED.{name} WHEN '' THEN {old}.{name} ELSE EXCLUDED.{name} END"
)


class Upsert:
    """The statement for one table: its columns with their types, and which of them are the key.

    Columns in `summed` are added to what is there; those in `kept` stay as they were, and those in
    `unless_empty` do where the new text is empty. Rows of one call have different keys. Without a
    key, rows are only added.
    """

    def __init__(
        self,
        table: str,
        columns: Mapping[str, str],
        key: str | tuple[str, ...] | None,
        *,
        summed: Iterable[str] = (),
        kept: Iterable[str] = (),
        unless_empty: Iterable[str] = (),
    ) -> None:
        self._kinds = [KINDS[type_name] for type_name in columns.values()]
        old = sql.Identifier(table)
        names = [sql.Identifier(name) for name in columns]
        arrays = [
            sql.SQL("(%s::{}[])[i]").format(sql.Identifier(type_name))
            for type_name in columns.values()
        ]
        text = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM generate_series(1, %s) AS i").format(
            old, sql.SQL(", ").join(names), sql.SQL(", ").join(arrays)
        )
        keys = (key,) if isinstance(key, str) else key
        if keys is not None:
            forms = {**dict.fromkeys(summed, _SUM), **dict.fromkeys(unless_empty, _UNLESS_EMPTY)}
            changing = [name for name in columns if name not in {*keys, *kept}]
            text += sql.SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(
                sql.SQL(", ").join(map(sql.Identifier, keys)),
                sql.SQL(", ").join(
                    forms.get(name, _NEW).format(name=sql.Identifier(name), old=old)
                    for name in changing
                ),
            )
        self._statement = text.as_bytes()  # once, not with every batch

    def write(self, cursor: Cursor[TupleRow], rows: Sequence[Sequence[Any]]) -> None:
        """Write the rows, each with its values in the order of the columns."""
        if not rows:
            return
        for first in range(0, len(rows), MOST_ROWS):
            some = rows[first : first + MOST_ROWS]
            cursor.execute(self._statement, [*columns_of(self._kinds, some), len(some)])
