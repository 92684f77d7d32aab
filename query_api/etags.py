"""Whether an answer would be the one that the caller has already (RFC 9110, 13.1.2)."""

from typing import Final
from uuid import UUID

from litestar import Response

from events.answering import AsyncAnsweringConnection
from events.operations import Answer, Parameter
from events.statements import Statement
from events.web import WebRequest
from query_api.freshness import BEHIND

IF_NONE_MATCH = Parameter(
    name="If-None-Match",
    place="header",
    says="The `ETag` of an answer that is known already.",
    schema={"type": "string", "examples": ['W/"a1-2f"']},
)
UNCHANGED = Answer(says="It is as it was.", headers=("ETag", *BEHIND))


# What every answer made of a player's matches depends on, to be read with its rows: their tag is
# then as old as they are. There is one build, and one row a player.
BUILT_AT: Final = "(SELECT (extract(epoch FROM built_at) * 1000000)::bigint FROM read_models.build)"
VERSION: Final = "(SELECT version FROM read_models.owners WHERE owner_id = %(owner_id)s)"
_TAG: Final = Statement(f"SELECT {BUILT_AT}, {VERSION}")


async def etag_of(conn: AsyncAnsweringConnection, owner_id: UUID, *more: int) -> str:
    """A tag for everything that is made of one player's matches: one row is looked up.

    It changes with each event of theirs and with each new build of the read models; ask for it
    before the rows, so that it is never newer than they are. `more` is what else an answer
    depends on.
    """
    rows = await conn.ask(_TAG, {"owner_id": owner_id})
    return etag_from(*rows.row(0), *more)


def etag_from(built_at: int | None, version: int | None, *more: int) -> str:
    """The tag made of what `BUILT_AT` and `VERSION` gave."""
    return 'W/"' + "-".join(f"{number or 0:x}" for number in (built_at, version, *more)) + '"'


def holds_any(request: WebRequest) -> bool:
    """Whether the caller holds some answer already."""
    return "if-none-match" in request.headers


def is_known(request: WebRequest, etag: str) -> bool:
    """Whether the caller holds the answer that `etag` stands for, by weak comparison."""
    known = request.headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return bool(tags & {etag.removeprefix("W/"), "*"})


def not_modified(etag: str) -> Response[bytes]:
    """The answer to a caller who holds it already."""
    return Response(b"", status_code=304, headers={"ETag": etag})
