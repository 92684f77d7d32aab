"""The list of opponents, in pages by keys: each costs what the first does.

Matches whose opponent has no name are a row as well, but no one opponent's: it is not shown.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, sql

from events.operations import Parameter
from events.pages import PARAMETERS, Page, page_of

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


async def read_page(
    conn: AsyncConnection[Any], owner_id: UUID, sort: str, after: Place | None, limit: int
) -> Page[str, Place]:
    """At most `limit` opponents after a place, each as JSON; `sort` is one of `SORTS`."""
    query = page_query(sort, is_first=after is None)
    values: dict[str, Any] = {"owner_id": owner_id, "limit": limit + 1}
    if after:
        values |= {"key": after.key, "opponent_id": after.opponent_id}
    rows = await (await conn.execute(query, values)).fetchall()
    page = page_of(rows, limit, lambda last: Place(*last[1:]))
    return Page([view for view, *_ in page.items], page.following)


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
