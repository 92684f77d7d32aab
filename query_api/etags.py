"""Whether an answer would be the one that the caller has already (RFC 9110, 13.1.2)."""

from typing import Any
from uuid import UUID

from litestar import Response
from psycopg import AsyncConnection

from events.operations import Answer, Parameter
from events.web import WebRequest
from query_api.freshness import BEHIND

IF_NONE_MATCH = Parameter(
    name="If-None-Match",
    place="header",
    says="The `ETag` of an answer that is known already.",
    schema={"type": "string", "examples": ['W/"a1-2f"']},
)
UNCHANGED = Answer(says="It is as it was.", headers=("ETag", *BEHIND))


async def etag_of(conn: AsyncConnection[Any], owner_id: UUID, *more: int) -> str:
    """A tag for everything that is made of one player's matches: one row is looked up.

    It changes with each event of theirs and with each new build of the read models; ask for it
    before the rows, so that it is never newer than they are. `more` is what else an answer
    depends on.
    """
    cursor = await conn.execute(
        """
        SELECT (extract(epoch FROM build.built_at) * 1000000)::bigint, owners.version
        FROM read_models.build
        LEFT JOIN read_models.owners ON owners.owner_id = %(owner_id)s
        """,
        {"owner_id": owner_id},
    )
    row = await cursor.fetchone()
    built_at, version = row or (0, 0)
    return 'W/"' + "-".join(f"{number:x}" for number in (built_at, version or 0, *more)) + '"'


def is_known(request: WebRequest, etag: str) -> bool:
    """Whether the caller holds the answer that `etag` stands for, by weak comparison."""
    known = request.headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return bool(tags & {etag.removeprefix("W/"), "*"})


def not_modified(etag: str) -> Response[bytes]:
    """The answer to a caller who holds it already."""
    return Response(b"", status_code=304, headers={"ETag": etag})
