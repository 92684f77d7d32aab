"""Whether an answer would be the one that the caller has already (RFC 9110, 13.1.2)."""

from uuid import UUID

from events.operations import Answer, Parameter
from events.ready import Ready
from events.web import WebRequest, header
from query_api.freshness import BEHIND
from query_api.lookups import AsOf, Lookups

IF_NONE_MATCH = Parameter(
    name="If-None-Match",
    place="header",
    says="The `ETag` of an answer that is known already.",
    schema={"type": "string", "examples": ['W/"a1-2f"']},
)
UNCHANGED = Answer(says="It is as it was.", headers=("ETag", *BEHIND))


async def etag_of(lookups: Lookups, owner_id: UUID, *more: int) -> str:
    """A tag for everything that is made of one player's matches: one row is looked up.

    It changes with each event of theirs and with each new build of the read models; ask for it
    before the rows, so that it is never newer than they are. `more` is what else an answer
    depends on.
    """
    return etag_from(await lookups.as_of(owner_id), *more)


def etag_from(as_of: AsOf, *more: int) -> str:
    """The tag of what was read with `as_of`."""
    return 'W/"' + "-".join([f"{number or 0:x}" for number in (*as_of, *more)]) + '"'


def holds_any(request: WebRequest) -> bool:
    """Whether the caller holds some answer already."""
    return header(request, b"if-none-match") is not None


def is_known(request: WebRequest, etag: str) -> bool:
    """Whether the caller holds the answer that `etag` stands for, by weak comparison."""
    known = header(request, b"if-none-match")
    if known is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return bool(tags & {etag.removeprefix("W/"), "*"})


def not_modified(etag: str) -> Ready:
    """The answer to a caller who holds it already."""
    return Ready(b"", {"ETag": etag}, status=304, media_type=None)
