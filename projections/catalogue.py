"""All projections by name."""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from events.codec import EventMapper
from events.progress import MATCHES_FOLLOWER
from events.sealing import Keys
from projections.matches import project
from projections.matches_fold import fold_all
from projections.matches_load import load
from projections.projection import Projection

MATCHES: Final = Projection(
    name=MATCHES_FOLLOWER,
    version=9,
    oldest=9,
    schema="read_models",
    tables={
        "states": ("match_id",),
        "matches": ("match_id", "owner_id"),
        "owners": ("owner_id",),
        "summaries": ("owner_id",),
        "reading_quality": ("outcome_id",),
        "own_names": ("key",),
        "match_numbers": ("match_id", "owner_id"),
        "opponents": ("opponent_id",),
        "records": ("owner_id",),
        "duplicates": ("match_id", "owner_id"),
        "changes": ("position", "owner_id"),
        "encounters": ("match_id", "player_id"),
        "involved": ("match_id", "player_id"),
        "trust": ("player_id",),
    },
    project=project,
    fold=fold_all,
    load=load,
)


def with_keys(projection: Projection, keys: Keys) -> Projection:
    """The projection, able to read the names in the log."""
    return replace(projection, mapper=EventMapper(keys=keys))


PROJECTIONS: Final[Mapping[str, Projection]] = {MATCHES.name: MATCHES}
