"""The list of matches: filters, orders, and the pages of each order by keys.

A page begins after the keys of the last match of the page before, so that each costs what the
first does, and whatever is added meanwhile, no match comes twice and none is left out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg import sql

from events.match import Result, Status
from events.operations import Parameter
from events.pages import PARAMETERS
from events.parameters import one_of
from events.statement_pool import StatementPool
from events.statements import Rows, Statement
from query_api.filters import OPPONENT, SPAN, Span, opponent_of, span_of
from query_api.lookups import BUILT_AT, VERSION, AsOf

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
    """A match of a page: a row of what was answered, and the run that was asked for."""

    rows: Rows
    number: int
    run: Run

    @property
    def view(self) -> str:
        """The match as ready JSON."""
        return self.rows.value(self.number, _VIEW)  # type: ignore[no-any-return]

    @property
    def duplicate_of(self) -> UUID | None:
        """The match that it repeats."""
        return self.rows.value(self.number, _DUPLICATE_OF)  # type: ignore[no-any-return]

    @property
    def place(self) -> Place:
        """Its place in the list."""
        match_id, *keys = self.rows.row(self.number, _PLACE)
        return Place(self.run.is_confirmed, tuple(keys), match_id)


class Page(Struct, frozen=True):
    """The matches of a page, and the place to go on from if there are more.

    `as_of` is None where there are no rows that it could come with.
    """

    matches: Sequence[Listed]
    following: Place | None
    as_of: AsOf | None


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
    pool: StatementPool, owner_id: UUID, wanted: Wanted, after: Place | None, limit: int
) -> Page:
    """At most `limit` matches after a place."""
    runs = list(wanted.runs)
    while after and runs and runs[0].is_confirmed != after.is_confirmed:
        runs.pop(0)
    found: list[Listed] = []
    as_of = None
    for number, run in enumerate(runs):
        begin = after if after and run.is_confirmed == after.is_confirmed else None
        most = limit + 1 - len(found)
        query, values = page_query(owner_id, wanted, run, begin, most, BUILT_AT, VERSION)
        rows = await pool.ask(_statement(query.as_string()), values)
        if number == 0 and len(rows):  # what is asked for first is the oldest
            as_of = AsOf(*rows.row(0, _AS_OF))
        found += [Listed(rows, number, run) for number in range(len(rows))]
        if len(found) > limit:
            return Page(found[:limit], found[limit - 1].place, as_of)
    return Page(found, None, as_of)


def page_query(
    owner_id: UUID,
    wanted: Wanted,
    run: Run,
    after: Place | None,
    limit: int,
    *first_columns: str,
) -> tuple[sql.SQL, dict[str, Any]]:
    """The query for a part of a run; its text is made of what stands in this file alone."""
    keys = (*run.keys, "match_id")
    values: dict[str, Any] = {
        "owner_id": owner_id,
        "opponent": wanted.opponent,
        "result": None if wanted.result == PENDING else wanted.result,
        "status": wanted.status,
        "since": wanted.span.since,
        "until": wanted.span.until,
        "limit": limit,
    }
    conditions = [text for name, text in _CONDITIONS.items() if values[name] is not None]
    if wanted.result == PENDING:
        conditions.append("result IS NULL")
    # The server sees by a number that one plan is as good for all players, and plans no more. With
    # filters it is not: rare ones need another plan than common ones.
    most = "%(limit)s" if conditions else str(int(limit))
    if run.is_confirmed is not None:
        conditions.append("result IS NOT NULL" if run.is_confirmed else "result IS NULL")
    is_down = wanted.sort.startswith("-")
    if after:
        places = [f"after_{key}" for key in keys]
        values |= dict(zip(places, (*after.keys, after.match_id), strict=True))
        named = ", ".join(f"%({place})s" for place in places)
        conditions.append(f"({', '.join(keys)}) {'<' if is_down else '>'} ({named})")
    text = f"""
        SELECT {", ".join((*first_columns, "view"))},
               (
                   SELECT duplicate_of
                   FROM read_models.duplicates
                   WHERE duplicates.match_id = matches.match_id
                     AND duplicates.owner_id = matches.owner_id
               ),
               match_id, {", ".join(run.keys)}
        FROM read_models.matches
        WHERE {" AND ".join(("owner_id = %(owner_id)s AND NOT is_deleted", *conditions))}
        ORDER BY {", ".join(f"{key} {'DESC' if is_down else 'ASC'}" for key in keys)}
        LIMIT {most}
        """  # noqa: S608  # values go beside it
    return sql.SQL(text), values


_NOT_CONFIRMED: Final = frozenset(Status) - {Status.CONFIRMED}
_CONDITIONS: Final = {
    "opponent": "opponent = %(opponent)s",
    "result": "result = %(result)s",
    "status": "status = %(status)s",
    "since": "played_at >= %(since)s",
    "until": "played_at < %(until)s",
}
# Where what is read stands in a row, after `BUILT_AT` and `VERSION`.
_AS_OF: Final = slice(0, 2)
_VIEW: Final = 2
_DUPLICATE_OF: Final = 3
_PLACE: Final = slice(4, None)
_statement = lru_cache(maxsize=256)(Statement)  # every limit has its own
