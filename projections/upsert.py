"""Puts rows into tables in place of those with the same keys, all of a batch in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain, zip_longest
from typing import Any, Final

from psycopg import sql

from events.columns import KINDS, columns_of
from projections.piped import Session

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
        self.statement = text.as_string()  # once, not with every batch

    def values(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """What the statement takes for these rows, with their values in the order of columns."""
        return [*columns_of(self._kinds, rows), len(rows)]

    def write(self, session: Session, rows: Sequence[Sequence[Any]]) -> None:
        """Write the rows into this table alone."""
        writes = Writes(session)
        writes.add(self, rows)
        writes.flush()


class Writes:
    """Rows that wait to be written, so that many tables cost one statement.

    Each statement costs client and server more than a row does. Of many rows this is not so: they
    do not wait, and the server writes them while those of the next table are made. No table may be
    added twice before the rows are flushed, and nothing may count on being seen before that.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: list[tuple[Upsert, Sequence[Sequence[Any]]]] = []

    def add(self, upsert: Upsert, rows: Sequence[Sequence[Any]]) -> None:
        """Let rows wait, unless they are many."""
        if rows:
            self._waiting.append((upsert, rows))
        if len(rows) >= MOST_ROWS:
            self.flush()

    def flush(self) -> Session:
        """Write what waits; gives the session, for what must come after it."""
        while self._waiting:
            now = [(upsert, rows[:MOST_ROWS]) for upsert, rows in self._waiting]
            query, names = _together(tuple(upsert for upsert, _ in now))
            values = [value for upsert, rows in now for value in upsert.values(rows)]
            self._session.execute(query, dict(zip(names, values, strict=True)))
            self._waiting = [
                (upsert, rows[MOST_ROWS:])
                for upsert, rows in self._waiting
                if len(rows) > MOST_ROWS
            ]
        return self._session


@cache
def _together(upserts: tuple[Upsert, ...]) -> tuple[str, tuple[str, ...]]:
    """One statement that does what those of several tables do, and the names of its values."""
    parts = [f"part_{number} AS ({each.statement})" for number, each in enumerate(upserts)]
    texts = f"WITH {', '.join(parts)} SELECT".split("%s")
    names = tuple(f"value_{number}" for number in range(len(texts) - 1))
    places = [f"%({name})s" for name in names]
    return "".join(chain.from_iterable(zip_longest(texts, places, fillvalue=""))), names
