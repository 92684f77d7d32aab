"""The list of opponents, in pages by keys: each costs what the first does.

Matches whose opponent has no name are a row as well, but no one opponent's: it is not shown.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, sql

from events.operations import Parameter
from events.pages import PARAMETERS

MOST_PLAYED: Final = "-played"
ORDERS: Final = ("played", "won", "lost", "goal_difference", "last_met_at")
SORTS: Final = tuple(sign + order for order in ORDERS for sign in ("-", ""))
LISTED_BY: Final = (
    Parameter(
        name="sort",
        place="query",
        says="By what the list is sorted, downwards with a minus.",
        schema={"type": "string", "enum": list(SORTS), "default": MOST_PLAYED},
    ),
    *PARAMETERS,
)


class Place(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The place in the list after which a page begins."""

    key: int | datetime
    opponent_id: UUID


class Page(Struct, frozen=True):
    """The opponents of a page as JSON, and the place to go on from if there are more."""

    views: Sequence[str]
    following: Place | None


async def read_page(
    conn: AsyncConnection[Any], owner_id: UUID, sort: str, after: Place | None, limit: int
) -> Page:
    """At most `limit` opponents after a place; `sort` is one of `SORTS`."""
    query = page_query(sort, is_first=after is None)
    values: dict[str, Any] = {"owner_id": owner_id, "limit": limit + 1}
    if after:
        values |= {"key": after.key, "opponent_id": after.opponent_id}
    rows = await (await conn.execute(query, values)).fetchall()
    views = [view for view, _, _ in rows[:limit]]
    if len(rows) <= limit:
        return Page(views, None)
    _, key, opponent_id = rows[limit - 1]
    return Page(views, Place(key, opponent_id))


def page_query(sort: str, *, is_first: bool) -> sql.Composed:
    """The query for a page; its text is made of what stands in this file alone."""
    is_down = sort.startswith("-")
    return sql.SQL(
        """
        SELECT view, {key}, opponent_id
        FROM read_models.opponents
        WHERE owner_id = %(owner_id)s AND played > 0 AND opponent <> '' AND {after}
        ORDER BY {key} {way}, opponent_id {way}
        LIMIT %(limit)s
        """
    ).format(
        key=sql.Identifier(sort.removeprefix("-")),
        way=sql.SQL("DESC" if is_down else "ASC"),
        after=sql.SQL("true" if is_first else _BELOW if is_down else _ABOVE).format(
            key=sql.Identifier(sort.removeprefix("-"))
        ),
    )


_BELOW: Final = "({key}, opponent_id) < (%(key)s, %(opponent_id)s)"
_ABOVE: Final = "({key}, opponent_id) > (%(key)s, %(opponent_id)s)"
