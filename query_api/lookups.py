"""What most requests look up by a key; those who ask at the same moment are answered together."""

from typing import Final, NamedTuple
from uuid import UUID

from events.questions import Gathered
from events.statement_pool import StatementPool
from events.statements import Statement

# What every answer made of a player's matches depends on, to be read with its rows: their tag is
# then as old as they are. There is one build, and one row a player.
BUILT_AT: Final = "(SELECT (extract(epoch FROM built_at) * 1000000)::bigint FROM read_models.build)"
VERSION: Final = "(SELECT version FROM read_models.owners WHERE owner_id = %(owner_id)s)"
_PLAYERS: Final = "unnest(%(keys_0)s::uuid[]) WITH ORDINALITY AS asked(owner_id, place)"
_MATCHES: Final = (
    "unnest(%(keys_0)s::uuid[], %(keys_1)s::uuid[])"
    " WITH ORDINALITY AS asked(match_id, owner_id, place)"
)
_AS_OF: Final = Statement(
    f"""
    SELECT place, {BUILT_AT}, version
    FROM {_PLAYERS}
    LEFT JOIN read_models.owners USING (owner_id)
    """  # noqa: S608  # made of what stands here
)
_SUMMARY: Final = Statement(
    f"""
    SELECT place, {BUILT_AT}, version, view
    FROM {_PLAYERS}
    LEFT JOIN read_models.owners USING (owner_id)
    LEFT JOIN read_models.summaries USING (owner_id)
    """  # noqa: S608
)
_MATCH_VERSION: Final = Statement(
    f"""
    SELECT place, version
    FROM {_MATCHES}
    JOIN read_models.matches USING (match_id, owner_id)
    WHERE NOT is_deleted
    """  # noqa: S608
)
_MATCH: Final = Statement(
    f"""
    SELECT place, version, view, duplicate_of
    FROM {_MATCHES}
    JOIN read_models.matches USING (match_id, owner_id)
    LEFT JOIN read_models.duplicates USING (match_id, owner_id)
    WHERE NOT is_deleted
    """  # noqa: S608
)


class AsOf(NamedTuple):
    """As of when rows are: what `BUILT_AT` and `VERSION` gave with them."""

    built_at: int | None
    version: int | None


class Lookups:
    """The rows of one player or match, as every request finds them."""

    def __init__(self, pool: StatementPool) -> None:
        self._as_of = Gathered(pool, _AS_OF)
        self._summaries = Gathered(pool, _SUMMARY)
        self._versions = Gathered(pool, _MATCH_VERSION)
        self._matches = Gathered(pool, _MATCH)

    async def as_of(self, owner_id: UUID) -> AsOf:
        """As of when everything is that is made of the player's matches."""
        return AsOf(*await self._as_of.row(owner_id) or (None, None))

    async def summary(self, owner_id: UUID) -> tuple[AsOf, str | None]:
        """The summary of the player as JSON, None where there is none yet."""
        built_at, version, view = await self._summaries.row(owner_id) or (None, None, None)
        return AsOf(built_at, version), view

    async def match_version(self, match_id: UUID, owner_id: UUID) -> int | None:
        """The version of a match in the player's list."""
        row = await self._versions.row(match_id, owner_id)
        return row[0] if row else None

    async def match(self, match_id: UUID, owner_id: UUID) -> tuple[int, str, UUID | None] | None:
        """A match in the player's list: its version, its JSON, and which one it repeats."""
        return await self._matches.row(match_id, owner_id)
