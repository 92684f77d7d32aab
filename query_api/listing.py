"""The list of matches: filters, orders, and the pages of each order by keys.

A page begins after the keys of the last match of the page before, so that each costs what the
first does, and whatever is added meanwhile, no match comes twice and none is left out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, sql

from events.match import Result, Status
from events.operations import Parameter
from events.pages import PARAMETERS
from events.parameters import one_of
from query_api.filters import OPPONENT, SPAN, Span, opponent_of, span_of

PENDING: Final = "pending"
NEWEST: Final = "-created_at"


class Run(Struct, frozen=True):
    """Matches that follow one another in the order of `keys`; those of the next run come after."""

    keys: tuple[str, ...]
    is_confirmed: bool | None = None  # None for both kinds


# The unconfirmed have no score: they come last, in either direction.
UNCONFIRMED: Final = Run(("created_at",), is_confirmed=False)
ORDERS: Final[Mapping[str, tuple[Run, ...]]] = {
    "created_at": (Run(("created_at",)),),
    "played_at": (Run(("played_at",)),),
    **{
        number: (Run((number, "created_at"), is_confirmed=True), UNCONFIRMED)
        for number in ("score_user", "score_opponent", "goal_difference")
    },
}
SORTS: Final = tuple(sign + order for order in ORDERS for sign in ("-", ""))
RESULTS: Final = (*Result, PENDING)

LISTED_BY: Final = (
    OPPONENT,
    Parameter(
        name="result",
        place="query",
        says="Only matches that ended so; `pending` are those that are not confirmed yet.",
        schema={"type": "string", "enum": [*RESULTS]},
    ),
    Parameter(
        name="status",
        place="query",
        says="Only matches that have come so far.",
        schema={"type": "string", "enum": [*Status]},
    ),
    *SPAN,
    Parameter(
        name="sort",
        place="query",
        says="By what the list is sorted, downwards with a minus. Among equal scores the"
        " upload counts, in the same direction; matches without a score come last.",
        schema={"type": "string", "enum": list(SORTS), "default": NEWEST},
    ),
    *PARAMETERS,
)


class Wanted(Struct, frozen=True, kw_only=True):
    """Which matches are listed, and in which order; None filters nothing."""

    opponent: str | None = None
    result: str | None = None
    status: str | None = None
    span: Span = Span()
    sort: str = NEWEST

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs of the order that can hold what is wanted."""
        return tuple(run for run in ORDERS[self.sort.removeprefix("-")] if self._fits(run))

    def _fits(self, run: Run) -> bool:
        for text, unconfirmed in ((self.result, {PENDING}), (self.status, _NOT_CONFIRMED)):
            if run.is_confirmed is not None and text and (text in unconfirmed) is run.is_confirmed:
                return False
        return True


class Place(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The place in the list after which a page begins: the keys of a match, and which run."""

    is_confirmed: bool | None
    keys: tuple[int | datetime, ...]
    match_id: UUID


class Listed(Struct, frozen=True):
    """A match of a page."""

    view: str
    duplicate_of: UUID | None
    place: Place


class Page(Struct, frozen=True):
    """The matches of a page, and the place to go on from if there are more."""

    matches: Sequence[Listed]
    following: Place | None


def wanted_of(given: Mapping[str, str]) -> Wanted:
    """What the parameters ask for; raises `Invalid`."""
    return Wanted(
        opponent=opponent_of(given),
        result=one_of(given, "result", RESULTS),
        status=one_of(given, "status", tuple(Status)),
        span=span_of(given),
        sort=one_of(given, "sort", SORTS) or NEWEST,
    )


async def read_page(
    conn: AsyncConnection[Any], owner_id: UUID, wanted: Wanted, after: Place | None, limit: int
) -> Page:
    """At most `limit` matches after a place."""
    runs = list(wanted.runs)
    while after and runs and runs[0].is_confirmed != after.is_confirmed:
        runs.pop(0)
    found: list[Listed] = []
    for run in runs:
        begin = after if after and run.is_confirmed == after.is_confirmed else None
        found += await _read_run(conn, owner_id, wanted, run, begin, limit + 1 - len(found))
        if len(found) > limit:
            return Page(found[:limit], found[limit - 1].place)
    return Page(found, None)


async def _read_run(
    conn: AsyncConnection[Any],
    owner_id: UUID,
    wanted: Wanted,
    run: Run,
    after: Place | None,
    limit: int,
) -> list[Listed]:
    query, values = page_query(owner_id, wanted, run, after, limit)
    cursor = await conn.execute(query, values)
    return [
        Listed(view, duplicate_of, Place(run.is_confirmed, tuple(keys), match_id))
        for view, duplicate_of, match_id, *keys in await cursor.fetchall()
    ]


def page_query(
    owner_id: UUID, wanted: Wanted, run: Run, after: Place | None, limit: int
) -> tuple[sql.Composed, dict[str, Any]]:
    """The query for a part of a run; its text is made of what stands in this file alone."""
    keys = (*run.keys, "match_id")
    values: dict[str, Any] = {
        "owner_id": owner_id,
        "opponent": wanted.opponent,
        "result": wanted.result,
        "status": wanted.status,
        "since": wanted.span.since,
        "until": wanted.span.until,
        "limit": limit,
    }
    conditions = [text for name, text in _CONDITIONS.items() if values[name] is not None]
    if wanted.result == PENDING:
        conditions.append("result IS NULL")
    elif wanted.result:
        conditions.append("result = %(result)s")
    if run.is_confirmed is not None:
        conditions.append("result IS NOT NULL" if run.is_confirmed else "result IS NULL")
    is_down = wanted.sort.startswith("-")
    if after:
        places = [f"after_{key}" for key in keys]
        values |= dict(zip(places, (*after.keys, after.match_id), strict=True))
        named = ", ".join(f"%({place})s" for place in places)
        conditions.append(f"({', '.join(keys)}) {'<' if is_down else '>'} ({named})")
    query = sql.SQL(
        """
        SELECT view,
               (
                   SELECT duplicate_of
                   FROM read_models.duplicates
                   WHERE duplicates.match_id = matches.match_id
               ),
               match_id, {keys}
        FROM read_models.matches
        WHERE owner_id = %(owner_id)s AND NOT is_deleted AND {conditions}
        ORDER BY {order}
        LIMIT %(limit)s
        """
    ).format(
        keys=sql.SQL(", ".join(run.keys)),
        conditions=sql.SQL(" AND ".join(conditions) or "true"),
        order=sql.SQL(", ".join(f"{key} {'DESC' if is_down else 'ASC'}" for key in keys)),
    )
    return query, values


_NOT_CONFIRMED: Final = frozenset(Status) - {Status.CONFIRMED}
_CONDITIONS: Final = {
    "opponent": "opponent = %(opponent)s",
    "status": "status = %(status)s",
    "since": "played_at >= %(since)s",
    "until": "played_at < %(until)s",
}
